// The one websocket of a page: it says what it knows and is told what changed since.

import { setText, word } from "./words.js";

const SIGNED_OUT = 4401;
const GONE = 4410;
const LONGEST_PAUSE_MS = 10_000;

export function follow(call, onChanges) {
  const known = { run: "", position: 0 };
  const shown = document.getElementById("connection");
  let pause = 500;

  function connect() {
    const query = new URLSearchParams({ run: known.run, after: String(known.position) });
    if (call) query.set("call", call);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/live?${query}`);
    socket.onopen = () => say("connected");
    socket.onmessage = (message) => {
      pause = 500;
      const changes = JSON.parse(message.data);
      const anew = changes.run !== known.run;
      known.run = changes.run;
      known.position = changes.position;
      onChanges(changes, anew);
    };
    socket.onclose = (closed) => {
      if (closed.code === GONE) return;
      say("disconnected");
      if (closed.code === SIGNED_OUT) location.assign("/sign-in");
      else setTimeout(again, pause);
    };
  }

  async function again() {
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/plain" } });
      if (answer.status === 401) location.assign("/sign-in");
      else if (answer.status !== 404) connect();
    } catch {
      setTimeout(again, pause);
    }
  }

  function say(state) {
    setText(shown, word(state));
    shown.classList.toggle("away", state === "disconnected");
  }

  connect();
}
