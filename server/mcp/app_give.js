// A picture that a person gives: dropped, pasted or chosen, and sent in pieces.

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
