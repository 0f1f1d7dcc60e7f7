// The app itself. Words of users and models are only ever set as text, never as HTML.

const $ = (id) => document.getElementById(id);
const app = $("app");
const stage = new Stage($("stage"));

const state = {
  runs: [], // as app_run tells them
  left: null, // { run: id, turn: number }
  right: null,
  chosen: false, // a person chose what is on the right; news leave it there
  laid: false, // a person chose the layout
  views: new Map(), // "run turn width" -> promise of { source, width, height }
  following: new Set(),
  over: false,
  given: null,
};

// --- pictures ---------------------------------------------------------------------------------

const TYPES = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"]);

function view(run, turn, width) {
  const key = `${run} ${turn} ${width}`;
  if (!state.views.has(key)) {
    const asked = ask(run, turn, width);
    asked.catch(() => state.views.delete(key)); // another look may succeed
    state.views.set(key, asked);
  }
  return state.views.get(key);
}

async function ask(run, turn, width) {
  const found = await bridge.call("app_turn_image", { run_id: run, turn, width });
  const block = (found.content ?? []).find((each) => each.type === "image");
  if (!block || !TYPES.has(block.mimeType)) throw new Refused("no picture came back");
  const { width: w, height: h } = facts(found);
  return { source: `data:${block.mimeType};base64,${block.data}`, shape: w / h };
}

const wide = () => (bridge.context.displayMode === "fullscreen" ? 1600 : 1024);

async function put(side) {
  const place = state[side];
  if (!place) return;
  const run = runOf(place.run);
  const known = place.turn === 0 ? run.source : turnOf(place)?.picture;
  stage.put(side, null, nameOf(place), known && known.width / known.height);
  if (!state.laid) stage.lay(stage.differ);
  $("mode").setAttribute("aria-pressed", String(stage.beside));
  try {
    const small = await view(place.run, place.turn, 320);
    if (state[side] === place) stage.put(side, small.source, nameOf(place), small.shape);
    const large = await view(place.run, place.turn, wide());
    if (state[side] === place) stage.put(side, large.source, nameOf(place), large.shape);
  } catch (error) {
    trouble(error);
  }
}

// --- runs -------------------------------------------------------------------------------------

const runOf = (id) => state.runs.find((run) => run.run_id === id);
const turnOf = (place) => runOf(place.run)?.turns.find((turn) => turn.turn === place.turn);

function nameOf({ run, turn }) {
  const several = state.runs.length > 1 ? ` of ${runOf(run).short}` : "";
  if (turn === 0) return `source${several}`;
  const answer = runOf(run).answer === turn ? ", the answer" : "";
  return `turn ${turn}${several}${answer}`;
}

function bestOf(run) {
  if (run.answer) return run.answer;
  const edited = run.turns.filter((turn) => turn.picture);
  const scored = edited.filter((turn) => turn.score !== null);
  const best = scored.reduce((one, two) => (one && one.score >= two.score ? one : two), null);
  return (best ?? edited.at(-1))?.turn ?? 0;
}

async function show(ids) {
  state.runs = [];
  state.left = state.right = null;
  state.chosen = state.laid = false;
  trouble("");
  for (const id of ids) {
    const found = await bridge.call("app_run", { run_id: id });
    state.runs.push(facts(found));
  }
  place();
  for (const run of state.runs) follow(run.run_id);
}

// Decide what lies left and right, where no person has decided it.
function place() {
  const [first, second] = state.runs;
  const old = state.right;
  if (!state.chosen) {
    const last = second ?? first;
    const left = second ? { run: first.run_id, turn: bestOf(first) } : { run: first.run_id, turn: 0 };
    const right = { run: last.run_id, turn: bestOf(last) };
    if (!same(state.left, left)) { state.left = left; put("left"); }
    if (!same(old, right)) { state.right = right; put("right"); }
  }
  draw();
}

const same = (one, two) => one && two && one.run === two.run && one.turn === two.turn;

// Wait for news of a run until it is over.
async function follow(id) {
  if (state.following.has(id)) return;
  state.following.add(id);
  try {
    for (let run = runOf(id); run && run.status === "open" && !run.paused && !state.over; run = runOf(id)) {
      const found = facts(await bridge.call("app_run", { run_id: id, after: run.heard, wait_seconds: 20 }));
      const at = state.runs.indexOf(runOf(id));
      if (at < 0) return;
      state.runs[at] = found;
      place();
    }
  } catch (error) {
    trouble(error);
  } finally {
    state.following.delete(id);
  }
}

// --- drawing ----------------------------------------------------------------------------------

function draw() {
  const run = runOf(state.right?.run) ?? state.runs[0];
  app.dataset.view = "run";
  $("title").textContent = run.instruction;
  $("status").textContent = statusOf(run);
  app.toggleAttribute("data-busy", run.status === "open" && !run.paused);
  drawStrip();
  drawSaid();
}

function statusOf(run) {
  const turns = `${run.turns.length} ${run.turns.length === 1 ? "turn" : "turns"}`;
  const best = run.turns.find((turn) => turn.turn === bestOf(run));
  const score = best && best.score !== null ? `, best ${best.score.toFixed(1)} of 10` : "";
  if (run.status === "open") {
    const last = run.turns.at(-1);
    const now = !last || last.done ? "editing" : last.picture ? "looking at the edit" : "editing";
    return run.paused ? `paused after ${turns}${score}` : `turn ${last && !last.done ? last.turn : run.turns.length + 1}: ${now}${score}`;
  }
  if (run.status === "done") return `done in ${turns}${score}`;
  return `${run.status}: ${run.failure ?? run.stop?.detail ?? ""}`;
}

// The strip is kept where it can be, so that focus and scrolling stay.
function drawStrip() {
  const strip = $("strip");
  const want = state.runs.flatMap((run) => [
    ...(state.runs.length > 1 ? [{ run: run.run_id, turn: null }] : []),
    { run: run.run_id, turn: 0 },
    ...run.turns.map((turn) => ({ run: run.run_id, turn: turn.turn })),
  ]);
  want.forEach((each, at) => {
    const key = `${each.run} ${each.turn}`;
    let item = strip.children[at];
    if (item?.dataset.key !== key) {
      item = each.turn === null ? runItem(each) : turnItem(each);
      item.dataset.key = key;
      if (strip.children[at]) strip.children[at].replaceWith(item);
      else strip.append(item);
    }
    if (each.turn !== null) dress(item, each);
  });
  while (strip.children.length > want.length) strip.lastChild.remove();
}

function make(tag, className, words = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = words;
  return element;
}

function runItem({ run }) {
  const item = make("li", "run-name", `run ${runOf(run).short}`);
  item.title = runOf(run).instruction;
  return item;
}

function turnItem(each) {
  const item = make("li");
  const card = make("button", "card");
  const left = make("button", "as-left", "◧");
  card.type = left.type = "button";
  card.append(make("span", "blank", "…"), make("span", "name"), make("span", "score"));
  card.addEventListener("click", () => choose("right", each));
  left.addEventListener("click", () => choose("left", each));
  item.append(card, left);
  return item;
}

function dress(item, each) {
  const turn = turnOf(each);
  const run = runOf(each.run);
  const there = each.turn === 0 || Boolean(turn.picture);
  const [card, left] = item.querySelectorAll("button");
  item.className = run.answer === each.turn ? "answer" : "";
  const name = each.turn === 0 ? "Source" : `Turn ${each.turn}`;
  card.querySelector(".name").textContent = name;
  card.querySelector(".score").textContent = scoreOf(turn);
  card.setAttribute("aria-pressed", String(Boolean(same(state.right, each))));
  left.setAttribute("aria-pressed", String(Boolean(same(state.left, each))));
  card.setAttribute("aria-label", `${nameOf(each)}, ${scoreOf(turn)}: show on the right`);
  left.setAttribute("aria-label", `${nameOf(each)}: show on the left`);
  left.title = "Show on the left";
  card.disabled = left.disabled = !there;
  if (there && !item.dataset.asked) thumb(item, each);
  if (!there && turn.failure) card.querySelector(".blank").textContent = "no edit";
}

function scoreOf(turn) {
  if (!turn) return "as given";
  if (turn.score !== null) return `${turn.score.toFixed(1)} of 10`;
  if (turn.failure) return turn.picture ? "not scored" : "failed";
  return turn.done ? "no score" : "…";
}

async function thumb(item, each) {
  item.dataset.asked = "yes";
  try {
    const { source } = await view(each.run, each.turn, 320);
    const picture = make("img");
    picture.src = source;
    picture.alt = "";
    item.querySelector(".blank")?.replaceWith(picture);
  } catch {
    delete item.dataset.asked;
  }
}

function drawSaid() {
  const turn = state.right && turnOf(state.right);
  $("said-title").textContent = turn ? `Turn ${turn.turn}` : "";
  const scores = turn && turn.score !== null
    ? [["overall", turn.score], ["semantic", turn.semantic], ["quality", turn.quality]] : [];
  $("scores").replaceChildren(...scores.map(scoreLine));
  $("scores").hidden = !scores.length;
  say("failure", turn?.failure);
  say("reasoning", turn?.reasoning);
  quote("told", turn && (turn.instruction !== runOf(state.right.run).instruction) ? turn.instruction : "");
  quote("refined", turn && turn.refined !== turn.instruction ? turn.refined : "");
  const where = state.right ? nameOf(state.right) : "the picture on the right";
  $("wish-label").textContent = `Go on from ${where}`;
}

function scoreLine([name, value]) {
  const line = make("div");
  const meter = make("meter");
  Object.assign(meter, { min: 0, max: 10, low: 5, high: 7.5, optimum: 10, value });
  meter.setAttribute("aria-hidden", "true");
  const shown = make("dd", value >= 7.5 ? "good" : value >= 5 ? "fair" : "bad", value.toFixed(1));
  line.append(make("dt", "", name), shown, meter);
  return line;
}

function say(id, words) {
  $(id).textContent = words ?? "";
  $(id).hidden = !words;
}

function quote(id, words) {
  $(id).querySelector("q").textContent = words ?? "";
  $(id).hidden = !words;
}

function trouble(error) {
  $("trouble").textContent = error instanceof Error ? error.message : error;
}

// --- what a person does -----------------------------------------------------------------------

function choose(side, { run, turn }) {
  if (turn !== 0 && !turnOf({ run, turn })?.picture) return;
  state.chosen = true;
  state[side] = { run, turn };
  put(side);
  draw();
}

$("mode").addEventListener("click", () => {
  state.laid = true;
  stage.lay(!stage.beside);
  $("mode").setAttribute("aria-pressed", String(stage.beside));
});

$("swap").addEventListener("click", () => {
  state.chosen = true;
  [state.left, state.right] = [state.right, state.left];
  put("left");
  put("right");
  draw();
});

document.addEventListener("keydown", (event) => {
  const digit = /^Digit(\d)$/.exec(event.code);
  if (!digit || event.target.closest("textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const run = state.right?.run;
  if (run) choose(event.shiftKey ? "left" : "right", { run, turn: Number(digit[1]) });
});

$("refine").addEventListener("submit", (event) => {
  event.preventDefault();
  const wish = $("wish").value.trim();
  if (!wish || !state.right) return;
  const { run, turn } = state.right;
  begin("refine_run", { run_id: run, turn, instruction: wish, wait_seconds: 0 }, event.submitter, $("wish"));
});

$("begin").addEventListener("submit", (event) => {
  event.preventDefault();
  const wish = $("first").value.trim();
  if (!wish || !state.given) return;
  begin("edit_image", { image: state.given, instruction: wish, wait_seconds: 0 }, event.submitter, $("first"));
});

for (const box of [$("wish"), $("first")]) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    box.form.requestSubmit();
  });
}

// Begin a run by a tool of the server, show it, and let the model know of it.
async function begin(tool, args, button, box) {
  if (button) button.disabled = true;
  trouble("");
  try {
    const found = facts(await bridge.call(tool, args));
    const [id] = runsIn(found);
    if (!id) throw new Refused("the server did not say which run it began");
    box.value = "";
    $("give").open = false;
    tell(`In the app the user began run ${id} (${tool}): ${JSON.stringify(args.instruction)}. `
      + `Its state is told by get_run with run_id "${id}"; "last" now means its answer.`);
    await show([id]);
  } catch (error) {
    trouble(error);
  } finally {
    if (button) button.disabled = false;
  }
}

// Words for the model's next turn; not every host takes them.
function tell(words) {
  bridge.request("ui/update-model-context", { content: [{ type: "text", text: words }] }).catch(() => {});
}

// --- saving -----------------------------------------------------------------------------------

$("save").addEventListener("click", async () => {
  if (!state.right) return;
  $("save").disabled = true;
  trouble("");
  try {
    await save(state.right);
  } catch (error) {
    trouble(error);
  } finally {
    $("save").disabled = false;
  }
});

async function save(place) {
  const { data, type, full } = await whole(place);
  const name = `editloop-${runOf(place.run).short}-${place.turn}.${type.split("/")[1].replace("jpeg", "jpg")}`;
  if (bridge.can.downloadFile) {
    const resource = { uri: `file:///${name}`, mimeType: type, blob: data };
    const found = await bridge.request("ui/download-file", { contents: [{ type: "resource", resource }] });
    if (found.isError) return;
  } else {
    const link = make("a");
    link.href = `data:${type};base64,${data}`;
    link.download = name;
    link.click(); // a sandbox may forbid it, silently
  }
  if (!full) trouble("This host gives no full-size files to apps: a smaller JPEG was saved.");
}

// The picture as it is kept where the host reads resources, else its largest view.
async function whole({ run, turn }) {
  const known = turn === 0 ? runOf(run).source : turnOf({ run, turn }).picture;
  if (bridge.can.serverResources) {
    try {
      const found = await bridge.read(`editloop://run/${run}/turn/${turn}/image`);
      if (found.blob) return { data: found.blob, type: found.mimeType ?? known.media_type, full: true };
    } catch { /* the view below is better than nothing */ }
  }
  const { source } = await view(run, turn, 2048);
  const [head, data] = source.slice(5).split(";base64,");
  return { data, type: head, full: false };
}

$("larger").addEventListener("click", async () => {
  const mode = bridge.context.displayMode === "fullscreen" ? "inline" : "fullscreen";
  const found = await bridge.request("ui/request-display-mode", { mode }).catch(() => ({}));
  if (found.mode) suit({ displayMode: found.mode });
});

// --- giving a picture -------------------------------------------------------------------------

const PIECE = 512 * 1024; // bytes; hosts bound the length of a message

$("file").addEventListener("change", (event) => take(event.target.files[0]));
document.addEventListener("paste", (event) => take(event.clipboardData?.files[0]));
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    $("give").open = true;
    $("drop").classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) $("drop").classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  $("drop").classList.remove("over");
  take(event.dataTransfer.files[0]);
});

async function take(file) {
  if (!file) return;
  $("give").open = true;
  state.given = null;
  $("begin").hidden = true;
  trouble("");
  try {
    const found = await send(file);
    state.given = found.image;
    $("sent").textContent = `${file.name || "picture"}: ${found.width} × ${found.height}`;
    $("begin").hidden = false;
    $("first").focus();
    tell(`In the app the user gave a picture, ${found.width} by ${found.height} pixels: ${found.image}. `
      + "Use this handle as the image of edit_image.");
    preview(file);
  } catch (error) {
    $("sent").textContent = "";
    trouble(error);
  }
}

async function send(file) {
  const upload = Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join("");
  const parts = Math.max(1, Math.ceil(file.size / PIECE));
  let found = {};
  for (let part = 0; part < parts; part++) {
    $("sent").textContent = `sending ${Math.round((100 * part) / parts)} %`;
    const data = (await dataUrl(file.slice(part * PIECE, (part + 1) * PIECE))).split(",", 2)[1] ?? "";
    found = facts(await bridge.call("app_upload", { upload, data, part, parts }));
  }
  if (!found.image) throw new Refused("the server did not say what it took in");
  return found;
}

function dataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Refused("the file cannot be read"));
    reader.readAsDataURL(blob);
  });
}

async function preview(file) {
  const source = TYPES.has(file.type) ? await dataUrl(file) : "";
  $("given").hidden = !source;
  if (source) $("given").src = source;
}

// --- what the host says -----------------------------------------------------------------------

// The runs that a tool's answer is about.
function runsIn(found) {
  const several = [found.a, found.b, ...(Array.isArray(found.runs) ? found.runs : [])];
  const ids = [found.run_id, ...several.map((each) => (typeof each === "string" ? each : each?.run_id))];
  return [...new Set(ids.filter((id) => typeof id === "string" && id))].slice(0, 2);
}

function suit(context) {
  bridge.suit(context);
  const modes = bridge.context.availableDisplayModes ?? [];
  $("larger").hidden = !modes.includes("fullscreen");
  $("larger").textContent = bridge.context.displayMode === "fullscreen" ? "Smaller" : "Larger";
  if (context.displayMode && state.right) { put("left"); put("right"); }
}

function asked(args) {
  if (state.runs.length) return;
  app.toggleAttribute("data-busy", true);
  $("title").textContent = args.instruction ?? "editloop";
  $("status").textContent = "working …";
}

async function answered(answer) {
  app.toggleAttribute("data-busy", false);
  const ids = runsIn(facts(answer));
  if (answer.isError) {
    $("status").textContent = "refused";
    trouble(text(answer));
  } else if (ids.length) {
    await show(ids).catch(trouble);
  } else {
    app.dataset.view = "give";
    $("give").open = true;
    $("status").textContent = "";
    $("title").textContent = "Give a picture to edit";
  }
}

bridge.heard = {
  "ui/notifications/tool-input": (params) => asked(params.arguments ?? {}),
  "ui/notifications/tool-result": (params) => void answered(params),
  "ui/notifications/tool-cancelled": () => {
    app.toggleAttribute("data-busy", false);
    $("status").textContent = "cancelled; the run can be gone on with";
  },
  "ui/notifications/host-context-changed": suit,
  "ui/resource-teardown": () => { state.over = true; },
};

bridge.open().then(() => {
  suit({});
  if ($("status").textContent === "Connecting …") $("status").textContent = "waiting for an edit";
}, trouble);
