// The bridge to the host: JSON-RPC over postMessage, as the MCP Apps extension has it.
//
// The host's origin is not known here (frames are often sandboxed), so messages go to the parent
// window whatever its origin is, and only what comes from that window is heard.

const PROTOCOL = "2026-01-26";

class Refused extends Error {}

const bridge = {
  host: window.parent,
  waiting: new Map(),
  next: 1,
  can: {},
  context: {},
  heard: {}, // method -> function of params

  request(method, params) {
    const id = this.next++;
    this.host.postMessage({ jsonrpc: "2.0", id, method, params }, "*");
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  },

  notify(method, params = {}) {
    this.host.postMessage({ jsonrpc: "2.0", method, params }, "*");
  },

  receive(message) {
    if (message.method !== undefined) {
      const answer = this.heard[message.method]?.(message.params ?? {});
      if (message.id !== undefined) this.answer(message, answer);
    } else if (this.waiting.has(message.id)) {
      const { resolve, reject } = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (message.error) reject(new Refused(String(message.error.message ?? "the host refused")));
      else resolve(message.result ?? {});
    }
  },

  answer(message, answer) {
    const known = message.method === "ping" || message.method in this.heard;
    const error = { code: -32601, message: "Method not found" };
    const said = known ? { result: answer ?? {} } : { error };
    this.host.postMessage({ jsonrpc: "2.0", id: message.id, ...said }, "*");
  },

  async open() {
    window.addEventListener("message", (event) => {
      if (event.source === this.host && event.data?.jsonrpc === "2.0") this.receive(event.data);
    });
    const found = await this.request("ui/initialize", {
      protocolVersion: PROTOCOL,
      appInfo: { name: "editloop", version: "1" },
      appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
    });
    this.can = found.hostCapabilities ?? {};
    this.suit(found.hostContext ?? {});
    this.notify("ui/notifications/initialized");
    this.tellSize();
  },

  // Take over what the host says of itself: theme, colours, display mode.
  suit(context) {
    Object.assign(this.context, context);
    const root = document.documentElement;
    if (context.theme === "light" || context.theme === "dark") root.dataset.theme = context.theme;
    const { height, maxHeight } = this.context.containerDimensions ?? {};
    const inside = height ?? maxHeight; // of the frame; its own units would grow with what they size
    const full = this.context.displayMode === "fullscreen";
    root.style.setProperty("--tall", inside ? `${Math.round(inside * 0.62)}px` : full ? "76vh" : "560px");
    for (const [name, value] of Object.entries(context.styles?.variables ?? {})) {
      if (name.startsWith("--") && typeof value === "string") root.style.setProperty(name, value);
    }
  },

  tellSize() {
    let told = "";
    const tell = () => {
      const size = { width: innerWidth, height: Math.ceil(document.querySelector("main").offsetHeight) };
      if (told === (told = `${size.width} ${size.height}`)) return;
      this.notify("ui/notifications/size-changed", size);
    };
    new ResizeObserver(tell).observe(document.querySelector("main"));
    tell();
  },

  // Call a tool of our server; what it refuses is an error that a person may read.
  async call(name, args) {
    const found = await this.request("tools/call", { name, arguments: args });
    if (found.isError) throw new Refused(text(found) || `${name} failed`);
    return found;
  },

  async read(uri) {
    const found = await this.request("resources/read", { uri });
    return found.contents?.[0] ?? {};
  },
};

function text(answer) {
  const block = (answer.content ?? []).find((each) => each.type === "text");
  return block ? String(block.text) : "";
}

// What a tool answered as an object: its structured content, else its text where that is JSON.
function facts(answer) {
  if (answer.structuredContent) return answer.structuredContent;
  try {
    return JSON.parse(text(answer)) ?? {};
  } catch {
    return {};
  }
}
