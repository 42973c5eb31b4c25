// What a little script adds to a thread: everything works without it.

// A digit closes the thread while one of the outcomes is in focus, and nowhere else: people who speak to their
// browser, or whose hand slips, must not close a thread with a stray key.
const outcomes = document.querySelector("[data-keys]");
document.getElementById("outcome-hint")?.removeAttribute("hidden");
outcomes?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName !== "BUTTON") return;
  const chosen = event.currentTarget.querySelectorAll("button[name=outcome]")[Number(event.key) - 1];
  if (chosen) chosen.click();
});

// The two lines for the chart go to the clipboard, where the browser lets us.
const copy = document.querySelector("[data-copy]");
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const lines = document.getElementById(copy.dataset.copy);
    await navigator.clipboard.writeText(lines.value).catch(() => lines.select());
    document.getElementById("copy-told").textContent = copy.dataset.told;
  });
}
