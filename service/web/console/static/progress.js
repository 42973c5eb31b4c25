// The bar of a broadcast moves by itself: its part of the page is fetched again every two seconds, without counting as
// somebody being there. Told aloud only at every tenth and when the state changes.

const place = document.getElementById("progress");
const said = document.getElementById("said");
const part = () => place.querySelector("[data-live]");
const tenth = () => {
  const bar = place.querySelector("progress");
  return Math.floor((10 * bar.value) / bar.max);
};

async function again() {
  const before = { state: part().dataset.state, undo: part().dataset.undo, tenth: tenth() };
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
      if (tenth() !== before.tenth) said.textContent = now.said;
    }
  }
  if (part().dataset.live === "yes") setTimeout(again, 2000);
}

if (place.dataset.from) {
  document.getElementById("refresh")?.remove();
  setTimeout(again, 2000);
}
