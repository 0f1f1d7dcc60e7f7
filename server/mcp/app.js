// The app: what the host says, and the beginning.

// The runs that a tool's answer is about.
function runsIn(found) {
  const several = Array.isArray(found.runs) ? found.runs : [];
  const ids = [found, ...several].map((each) => each?.run_id ?? each?.run);
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
    offer(facts(answer).image);
  }
}

// Nothing is edited yet: a picture is wanted, or was sent already.
function offer(image) {
  app.dataset.view = "give";
  $("give").open = true;
  $("status").textContent = "";
  $("title").textContent = "Give a picture to edit";
  if (typeof image !== "string") return;
  state.given = image;
  $("sent").textContent = "a picture was given";
  $("begin").hidden = false;
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
