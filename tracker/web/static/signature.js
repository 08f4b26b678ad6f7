/* Takes a signature with finger, pen or mouse, and writes its strokes into the form's hidden field. Without it a consent
   is signed on paper. */

const pad = document.querySelector("[data-sign-pad]");
const field = document.querySelector('input[name="strokes"]');
const MOST_POINTS = 5500;

function start() {
  const canvas = pad.querySelector("canvas");
  const width = Number(canvas.dataset.width);
  const height = Number(canvas.dataset.height);
  const pen = canvas.getContext("2d");
  let strokes = read(field.value);
  let stroke;

  function read(text) {
    if (!/^\d+,\d+(?:[ ;]\d+,\d+)*$/.test(text)) return [];
    return text.split(";").map((each) => each.split(" ").map((point) => point.split(",").map(Number)));
  }

  function write() {
    field.value = strokes.map((each) => each.map((point) => point.join(",")).join(" ")).join(";");
  }

  function draw() {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = getComputedStyle(canvas).color;
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = "round";
    const scale = canvas.width / width;
    for (const each of strokes) {
      pen.beginPath();
      for (const [x, y] of each.length > 1 ? each : [each[0], each[0]]) pen.lineTo(x * scale, y * scale);
      pen.stroke();
    }
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    const within = (value, most) => Math.min(most, Math.max(0, Math.round(value * most)));
    return [within((event.clientX - box.left) / box.width, width), within((event.clientY - box.top) / box.height, height)];
  }

  function add(event) {
    const [x, y] = place(event);
    const last = stroke.at(-1);
    const count = strokes.reduce((sum, each) => sum + each.length, 0);
    if (count < MOST_POINTS && (!last || last[0] !== x || last[1] !== y)) stroke.push([x, y]);
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (stroke || event.button > 0) return;
    canvas.setPointerCapture(event.pointerId);
    stroke = [];
    stroke.pointer = event.pointerId;
    strokes.push(stroke);
    add(event);
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (stroke?.pointer !== event.pointerId) return;
    for (const each of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) add(each);
    draw();
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (stroke?.pointer !== event.pointerId) return;
      stroke = undefined;
      write();
    });
  }
  pad.querySelector("[data-sign-clear]").addEventListener("click", () => {
    strokes = [];
    write();
    draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  pad.hidden = false;
  draw();
}

if (pad && field) start();
