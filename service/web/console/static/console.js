// What a little script adds: everything works without it.

// The menu is open on wide screens in browsers whose styles cannot open it.
const menu = document.querySelector(".sections details");
if (menu && !CSS.supports("selector(details::details-content)") && matchMedia("(min-width: 60rem)").matches) {
  menu.open = true;
}

// What is wrong is read first: a page that comes back with errors begins there.
document.getElementById("errors")?.focus();

// A message that stands in the page from the start is not announced; one that is put there is.
const told = document.querySelector("#told > *");
if (told) {
  const place = told.parentElement;
  told.remove();
  setTimeout(() => place.append(told), 150);
}

// A second press on the same button sends nothing twice.
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
