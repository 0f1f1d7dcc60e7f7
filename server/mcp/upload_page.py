"""The page behind an upload ticket, for a person with a browser; it loads nothing from anywhere."""

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Send a picture to editloop</title>
<style>
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem }
  label { display: block; border: 2px dashed #888; border-radius: .5rem; padding: 3rem 1rem;
          text-align: center; cursor: pointer }
  label:focus-within { outline: 3px solid #06c }
  @media (prefers-color-scheme: dark) { body { background: #111; color: #eee } }
</style>
<h1>Send one picture</h1>
<label>Choose a picture, or drop one here<br><br><input type="file" accept="image/*"></label>
<p role="status" id="said"></p>
<script>
  const input = document.querySelector("input"), said = document.getElementById("said");
  const zone = document.querySelector("label");
  async function send(file) {
    said.textContent = "Sending " + file.name + " …";
    try {
      const answer = await fetch(location.pathname, { method: "PUT", body: file });
      const body = await answer.json();
      said.textContent = answer.ok
        ? "It has arrived; the assistant can use it now. You may close this page."
        : body.detail;
    } catch (error) { said.textContent = "It could not be sent: " + error.message; }
  }
  input.onchange = () => input.files.length && send(input.files[0]);
  zone.ondragover = (event) => event.preventDefault();
  zone.ondrop = (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) send(event.dataTransfer.files[0]);
  };
</script>
</html>
"""
