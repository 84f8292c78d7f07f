// Where a run comes from: a live market behind a websocket. `recorded.js` answers the same calls from a file.

import { readFrame } from "./stage.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;

/**
 * A live run. Told messages go to `heard(message)`; frames arrive as `{type: "frame", frame}` and files as
 * `{type: "file", name, bytes}`. `connection("open" | "lost" | "back")` tells how the line is.
 */
export class LiveSource {
  constructor({ heard, connection, opening }) {
    this.heard = heard;
    this.connection = connection;
    this.opening = opening; // () => the open message
    this.live = true;
    this.wait = FIRST_WAIT;
    this.lost = false;
  }

  start() {
    const secure = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(`${secure}//${location.host}/ws${location.search}`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.opened();
    this.socket.onmessage = (event) => this.read(event.data);
    this.socket.onclose = () => this.closed();
  }

  opened() {
    this.wait = FIRST_WAIT;
    this.connection(this.lost ? "back" : "open");
    this.lost = false;
    this.send(this.opening());
  }

  read(data) {
    if (data instanceof ArrayBuffer) {
      if (!this.file) return this.heard({ type: "frame", frame: readFrame(data) });
      const { file } = this;
      this.file = null;
      return this.heard({ ...file, bytes: data });
    }
    const message = JSON.parse(data);
    if (message.type === "file") this.file = message;
    else this.heard(message);
  }

  closed() {
    this.lost = true;
    this.file = null;
    this.connection("lost");
    setTimeout(() => this.start(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  /** Send one message of the protocol; nothing is kept for later while the line is down. */
  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
