// The bar of a broadcast moves by itself: its part of the page is fetched again every two seconds, without counting as
// somebody being there. Told aloud at every quarter, and at most every 30 seconds in between.

const place = document.getElementById("progress");
const said = document.getElementById("said");
const part = () => place.querySelector("[data-live]");
const bar = () => place.querySelector("progress");
const quarter = () => Math.floor((4 * bar().value) / bar().max);
const REST = 30000;
let last = { at: Date.now(), quarter: quarter(), value: bar().value };

function tell(words) {
  const passed = quarter() !== last.quarter;
  const rested = Date.now() - last.at >= REST && bar().value !== last.value;
  if (!passed && !rested) return;
  said.textContent = words;
  last = { at: Date.now(), quarter: quarter(), value: bar().value };
}

async function again() {
  const before = { state: part().dataset.state, undo: part().dataset.undo };
  // What is read or about to be pressed is not taken away from under the hand.
  if (!document.hidden && !place.contains(document.activeElement)) {
    const answer = await fetch(place.dataset.from, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    if (answer && [401, 403, 404].includes(answer.status)) return;
    if (answer?.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...fresh.body.childNodes);
      const now = part().dataset;
      // Other buttons belong to another state.
      if (now.state !== before.state && !(before.state === "approved" && now.state === "sending")) return location.reload();
      if (now.undo !== before.undo) return location.reload();
      tell(now.said);
    }
  }
  if (part().dataset.live === "yes") setTimeout(again, 2000);
}

if (place.dataset.from) {
  document.getElementById("refresh")?.remove();
  setTimeout(again, 2000);
}
