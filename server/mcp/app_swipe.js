// The stage: two pictures over each other with a handle, or beside each other.

class Stage {
  constructor(element) {
    this.element = element;
    this.left = element.querySelector("#left");
    this.right = element.querySelector("#right");
    this.shapes = {};
    this.beside = false;
    this.at(50);
    element.addEventListener("pointerdown", (event) => this.grab(event));
    element.addEventListener("pointermove", (event) => this.follow(event));
    element.addEventListener("keydown", (event) => this.key(event));
  }

  at(percent) {
    this.percent = Math.min(100, Math.max(0, percent));
    const shown = Math.round(this.percent);
    this.element.style.setProperty("--at", `${this.percent}%`);
    this.element.setAttribute("aria-valuenow", String(shown));
    this.element.setAttribute("aria-valuetext", `${shown} % ${this.names?.[0] ?? "left picture"}`);
  }

  grab(event) {
    if (this.beside || event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    this.follow(event);
  }

  follow(event) {
    if (this.beside || !this.element.hasPointerCapture(event.pointerId)) return;
    const box = this.element.getBoundingClientRect();
    this.at(((event.clientX - box.left) / box.width) * 100);
  }

  key(event) {
    const step = event.shiftKey ? 10 : 2;
    const to = {
      ArrowLeft: this.percent - step, ArrowDown: this.percent - step,
      ArrowRight: this.percent + step, ArrowUp: this.percent + step,
      PageDown: this.percent - 10, PageUp: this.percent + 10, Home: 0, End: 100,
    }[event.key];
    if (to === undefined || this.beside) return;
    event.preventDefault();
    this.at(to);
  }

  // Put a picture on a side; `shape` is its width by its height.
  put(side, source, name, shape) {
    const figure = side === "left" ? this.left : this.right;
    const picture = figure.querySelector("img");
    if (source) picture.src = source;
    else picture.removeAttribute("src");
    picture.alt = name;
    figure.querySelector("figcaption").textContent = name;
    this.shapes[side] = shape || this.shapes[side] || 1.5;
    this.names = [this.left, this.right].map((each) => each.querySelector("img").alt);
    this.element.setAttribute("aria-label", `Left: ${this.names[0]}. Right: ${this.names[1]}.`);
    this.reshape();
    this.at(this.percent);
  }

  // Pictures of different shape do not lie on each other; they start side by side.
  get differ() {
    const { left = 1, right = 1 } = this.shapes;
    return Math.abs(left / right - 1) > 0.02;
  }

  lay(beside) {
    this.beside = beside;
    this.element.classList.toggle("beside", beside);
    this.element.classList.toggle("swipe", !beside);
    this.element.setAttribute("role", beside ? "group" : "slider");
    this.reshape();
  }

  reshape() {
    const { left = 1.5, right = 1.5 } = this.shapes;
    this.element.style.setProperty("--shape", String(right));
    this.element.style.setProperty("--shape-beside", String(Math.min(left, right) * 2));
  }
}
