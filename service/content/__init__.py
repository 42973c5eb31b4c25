"""What we tell people: topics, menus and fixed phrases as data files, and the checks that hold them to the rules."""
