// What a person does with pictures that are there: compare, go on, save.

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

// Buttons and no forms: frames that may not send forms are not told of it either.
$("go").addEventListener("click", () => {
  const wish = $("wish").value.trim();
  if (!state.right) return;
  const { run, turn } = state.right;
  const args = { run_id: run, wait_seconds: 0 };
  if (wish) begin("refine_run", { ...args, turn, instruction: wish }, $("go"), $("wish"));
  else if (runOf(run).paused) begin("refine_run", args, $("go"), $("wish")); // goes on with it
});

$("edit").addEventListener("click", () => {
  const wish = $("first").value.trim();
  if (!wish || !state.given) return;
  begin("edit_image", { image: state.given, instruction: wish, wait_seconds: 0 }, $("edit"), $("first"));
});

for (const [box, button] of [[$("wish"), $("go")], [$("first"), $("edit")]]) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    button.click();
  });
}

// Begin a run by a tool of the server, show it, and let the model know of it.
async function begin(tool, args, button, box) {
  button.disabled = true;
  trouble("");
  try {
    const found = facts(await bridge.call(tool, args));
    const [id] = runsIn(found);
    if (!id) throw new Refused("the server did not say which run it began");
    box.value = "";
    $("give").open = false;
    const wish = JSON.stringify(args.instruction ?? "as before");
    tell(`In the app the user began run ${id} (${tool}): ${wish}. `
      + `Its state is told by get_run with run_id "${id}"; "last" now means its answer.`);
    await show([id]);
  } catch (error) {
    trouble(error);
  } finally {
    button.disabled = false;
  }
}

// Words for the model's next turn; not every host takes them.
function tell(words) {
  bridge.request("ui/update-model-context", { content: [{ type: "text", text: words }] }).catch(() => {});
}


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
