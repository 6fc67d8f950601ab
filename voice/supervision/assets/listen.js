// Listening to a running call: the caller on the left, the assistant on the right.

import { figure, setText, word } from "./words.js";

const SAMPLE_RATE = 8000;
const ENDED = 4410;
const TOO_MANY = 4429;

export function offerListening(id) {
  const button = document.getElementById("listen");
  const volumes = ["caller-volume", "assistant-volume"].map((name) => document.getElementById(name));
  let running = null;

  button.addEventListener("click", async () => {
    if (running) stop("not_listening");
    else await start();
  });
  volumes.forEach((volume, side) =>
    volume.addEventListener("input", () => {
      if (running) running.gains[side].gain.value = Number(volume.value);
    }),
  );

  async function start() {
    const context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: "interactive" });
    running = { context, gains: [], socket: null };
    await context.audioWorklet.addModule("/assets/playout.js");
    const playout = new AudioWorkletNode(context, "playout", {
      numberOfInputs: 0,
      outputChannelCount: [2],
    });
    const sides = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
    const both = new ChannelMergerNode(context, { numberOfInputs: 2 });
    playout.connect(sides);
    running.gains = volumes.map((volume, side) => {
      const gain = new GainNode(context, { gain: Number(volume.value) });
      sides.connect(gain, side);
      gain.connect(both, 0, side);
      return gain;
    });
    both.connect(context.destination);
    await context.resume();
    running.socket = connect(playout);
    say("listening");
  }

  function connect(playout) {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const path = `/calls/${encodeURIComponent(id)}/listen`;
    const socket = new WebSocket(`${scheme}//${location.host}${path}`);
    socket.binaryType = "arraybuffer";
    let next = null;
    let lost = 0;
    socket.onmessage = ({ data }) => {
      const number = new DataView(data).getUint32(0, true);
      if (next !== null) lost += Math.max(0, number - next);
      next = number + 1;
      const sound = data.slice(4);
      playout.port.postMessage(sound, [sound]);
    };
    playout.port.onmessage = ({ data }) => {
      const buffered = `${figure(data.bufferedMs)} ${word("buffered")}`;
      setText(
        document.getElementById("listen-figures"),
        `${buffered}, ${figure(lost + data.dropped)} ${word("dropped")}`,
      );
    };
    socket.onclose = ({ code }) => {
      if (running?.socket !== socket) return;
      stop({ [ENDED]: "call_over", [TOO_MANY]: "too_many" }[code] ?? "not_listening");
    };
    return socket;
  }

  function stop(reason) {
    const { context, socket } = running;
    running = null;
    socket?.close();
    context.close();
    say(reason);
  }

  function say(state) {
    setText(document.getElementById("listen-state"), word(state));
    button.setAttribute("aria-pressed", String(running !== null));
    setText(button, word(running ? "stop_listening" : "listen"));
  }

  return () => {
    const section = document.getElementById("listen-section");
    if (running) stop("call_over");
    else section.hidden = true;
    section.classList.remove("player"); // the replay takes its place
    document.getElementById("listen-controls").hidden = true;
    document.getElementById("listen-figures").hidden = true;
  };
}
