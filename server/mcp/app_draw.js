// Drawing: the head, the strip of turns, and what was thought of the picture on the right.

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
  const chosen = Boolean(same(state.right, each));
  if (chosen && card.getAttribute("aria-pressed") !== "true") reveal(item);
  card.setAttribute("aria-pressed", String(chosen));
  left.setAttribute("aria-pressed", String(Boolean(same(state.left, each))));
  card.setAttribute("aria-label", `${nameOf(each)}, ${scoreOf(turn)}: show on the right`);
  left.setAttribute("aria-label", `${nameOf(each)}: show on the left`);
  left.title = "Show on the left";
  card.disabled = left.disabled = !there;
  if (there && !item.dataset.asked) thumb(item, each);
  if (!there && turn.failure) card.querySelector(".blank").textContent = "no edit";
}

// Scrolls the strip and never the page, which is the host's to scroll.
function reveal(item) {
  const strip = $("strip");
  const at = item.offsetLeft - strip.offsetLeft;
  const end = at + item.offsetWidth - strip.clientWidth;
  strip.scrollLeft = Math.min(at, Math.max(strip.scrollLeft, end + 8));
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
  const paused = state.right && runOf(state.right.run).paused;
  $("wish").placeholder = paused ? "empty: go on with the paused run" : "a little less warm";
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
