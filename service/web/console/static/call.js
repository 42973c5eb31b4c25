// Plays a call from its first recording to its last, as a phone does. Without this each recording plays by itself.

for (const call of document.querySelectorAll("[data-call]")) {
  const button = call.querySelector("[data-play]");
  const sounds = [...call.querySelectorAll("audio")];
  if (!button) continue;
  const words = button.innerHTML;
  let now = -1;
  const stop = () => {
    sounds[now]?.pause();
    now = -1;
    button.innerHTML = words;
  };
  const play = (next) => {
    if (next >= sounds.length) return stop();
    now = next;
    sounds[now].currentTime = 0;
    sounds[now].play().catch(stop);
  };
  sounds.forEach((sound, place) => sound.addEventListener("ended", () => { if (place === now) play(now + 1); }));
  button.hidden = false;
  button.addEventListener("click", () => {
    if (now >= 0) return stop();
    button.textContent = button.dataset.stop;
    play(0);
  });
}
