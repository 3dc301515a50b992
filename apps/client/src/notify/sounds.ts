/** Two short tones; made here, so that no file is needed. */
export function beep(): void {
  const audio = new AudioContext();
  const volume = audio.createGain();
  volume.gain.value = 0.08;
  volume.connect(audio.destination);
  for (const [index, hertz] of [660, 880].entries()) {
    const tone = audio.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(volume);
    tone.start(audio.currentTime + index * 0.14);
    tone.stop(audio.currentTime + index * 0.14 + 0.11);
  }
  setTimeout(() => void audio.close(), 1000);
}

/** One line; a newer one takes its place. */
export function speak(line: string): void {
  if (typeof speechSynthesis === 'undefined') return;
  speechSynthesis.cancel();
  const spoken = new SpeechSynthesisUtterance(line.slice(0, 200));
  spoken.lang = 'en';
  speechSynthesis.speak(spoken);
}
