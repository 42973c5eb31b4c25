// The loudspeaker: plays one recording at a time through an <audio> element.

export class Sound {
  constructor(audio) {
    this.audio = audio;
    this.length = Promise.resolve(null);
  }

  // Begin a recording. Gives a promise of its end; `length` promises its seconds, or null if it cannot be played.
  play(address) {
    const { audio } = this;
    const ended = once(audio, "ended");
    const failed = once(audio, "error");
    this.length = Promise.race([once(audio, "loadedmetadata").then(() => audio.duration), failed.then(() => null)]);
    audio.src = address;
    audio.play().catch(() => {}); // stopped before it began, or not playable: `length` tells
    return Promise.race([ended, failed]);
  }

  stop() {
    this.audio.pause();
  }
}

function once(target, event) {
  return new Promise((resolve) => { target.addEventListener(event, resolve, { once: true }); });
}
