"""The database knows how many rows stand behind each index."""

from databases import on_both_databases
from sqlalchemy import insert, text

from service.storage.statistics import count_again
from service.storage.tables import talks


@on_both_databases
def test_indexes_are_counted_while_others_write(database):
    with database.write() as connection:
        connection.execute(insert(talks), [{"phone": f"p{number}"} for number in range(50)])
    count_again(database)
    with database.write() as connection:
        connection.execute(insert(talks).values(phone="another"))
        if database.is_sqlite:
            counted = connection.execute(text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'talks'")).scalars().all()
            assert any(stat.startswith("50 ") for stat in counted)
