// What is shown: runs, two of their pictures, and the views of these that were sent.
//
// Words of users and models are only ever set as text, never as HTML.

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
      const found = facts(await bridge.call("app_run", { run_id: id, after: run.heard, wait_seconds: 10 }));
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
