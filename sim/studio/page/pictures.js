// Figures of the stage and of the curves, as pictures (canvas) and as drawings (SVG text).

import { DASHES, firmColor } from "./colors.js";
import { drawing } from "./dom.js";
import { cornersOf, outline } from "./raster.js";

const FONT = "system-ui, sans-serif";

/** The stage as it stands, with firms and legend, on a canvas. */
export function stagePicture(page, stage) {
  const { canvas, dots } = stage;
  const legend = stage.kind.entries.filter((one) => one.label);
  const rows = Math.ceil(legend.length / 4);
  const picture = new OffscreenCanvas(canvas.width, canvas.height + (46 + 18 * rows) * dots);
  const context = picture.getContext("2d");
  context.fillStyle = page.palette.page;
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(canvas, 0, 0);
  context.scale(dots, dots);
  const [wide, high] = [canvas.width / dots, canvas.height / dots];
  context.fillStyle = page.palette.ink;
  context.font = `600 14px ${FONT}`;
  context.fillText(`${page.scene.title} – week ${page.state.week}`, 10, high + 20, wide - 20);
  context.font = `12px ${FONT}`;
  legend.forEach(({ color, label, form }, i) => {
    const [x, y] = [10 + ((i % 4) * (wide - 20)) / 4, high + 42 + 18 * Math.floor(i / 4)];
    context.fillStyle = color;
    context.save();
    context.translate(x, y - 9);
    context.beginPath();
    outline(context, form, 5, 5);
    context.fill();
    context.restore();
    context.fillStyle = page.palette.ink;
    context.fillText(label, x + 15, y, wide / 4 - 24);
  });
  return picture;
}

/** The stage as a vector drawing. */
export function stageDrawing(page, stage) {
  const { camera, kind, left, top, radius, palette } = stage;
  const frame = stage.frames[stage.side] ?? stage.frames[0];
  const plane = stage.planeOf(frame, kind.plane);
  const line = (tie) => {
    const [from, to] = [stage.ties[2 * tie], stage.ties[2 * tie + 1]];
    return `M${left[from]} ${top[from]}L${left[to]} ${top[to]}`;
  };
  const lit = (bad) => [...(frame?.lit ?? [])].filter((tie) => (tie >= 0x80000000) === bad).map((tie) => line(tie & 0x7fffffff)).join("");
  const circles = kind.entries.map(({ color, hollow }, c) => drawing("g", hollow ? { fill: palette.page, stroke: color } : { fill: color }));
  const mark = (form, x, y) => (form
    ? drawing("polygon", { points: cornersOf(form).map(([dx, dy]) => `${(x + dx * radius).toFixed(1)},${(y + dy * radius).toFixed(1)}`).join(" ") })
    : drawing("circle", { cx: x, cy: y, r: radius.toFixed(1) }));
  for (let i = 0; i < stage.n; i += 1) {
    const entry = plane ? kind.lookup[plane[i]] : 0;
    circles[entry].append(mark(kind.entries[entry].form, left[i], top[i]));
  }
  return asText(drawing("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${camera.width} ${camera.height}`, "font-family": FONT },
    drawing("title", {}, `${page.scene.title}, week ${page.state.week}`),
    drawing("rect", { width: camera.width, height: camera.height, fill: palette.page }),
    drawing("path", { d: Array.from(stage.strong, (_, tie) => line(tie)).join(""), stroke: palette.tie, "stroke-width": 0.6, fill: "none" }),
    drawing("path", { d: lit(false), stroke: palette.good, "stroke-width": 1.4, fill: "none" }),
    drawing("path", { d: lit(true), stroke: palette.bad, "stroke-width": 2.4, "stroke-dasharray": "6 4", fill: "none" }), ...circles));
}

/** The charts in view as one picture. */
export function curvesPicture(page, curves) {
  const charts = curves.charts.filter((chart) => chart.plots);
  const dots = window.devicePixelRatio || 1;
  const canvases = charts.flatMap((chart) => chart.plots.map(({ plot }, i) => ({
    canvas: plot.ctx.canvas, title: i ? "difference to the baseline" : `${chart.outcome.label} (${chart.outcome.unit})`,
  })));
  const wide = Math.max(...canvases.map(({ canvas }) => canvas.width), 10);
  const high = canvases.reduce((sum, { canvas }) => sum + canvas.height + 24 * dots, 34 * dots + 18 * dots * page.scene.firms.length);
  const picture = new OffscreenCanvas(wide, high);
  const context = picture.getContext("2d");
  context.fillStyle = page.palette.page;
  context.fillRect(0, 0, wide, high);
  let y = 0;
  const write = (text, size, color) => {
    context.fillStyle = color;
    context.font = `${size * dots}px ${FONT}`;
    context.fillText(text, 8 * dots, y + 16 * dots, wide - 16 * dots);
  };
  write(page.scene.title, 14, page.palette.ink);
  y += 26 * dots;
  for (const { canvas, title } of canvases) {
    write(title, 12, page.palette.ink);
    context.drawImage(canvas, 0, y + 22 * dots);
    y += canvas.height + 24 * dots;
  }
  page.scene.firms.forEach((firm, f) => {
    write(firm.name, 12, firmColor(page.palette, f));
    y += 18 * dots;
  });
  return picture;
}

/** The charts of the open tab as a vector drawing. */
export function curvesDrawing(page, curves) {
  const [wide, high] = [560, 190];
  const parts = curves.charts.map((chart, c) => {
    const at = drawing("g", { transform: `translate(0 ${c * (high + 34)})` },
      drawing("text", { x: 0, y: 14, "font-weight": 600 }, `${chart.outcome.label} (${chart.outcome.unit})`));
    at.append(...chartDrawing(page, chart, wide, high));
    return at;
  });
  const legend = page.scene.firms.map((firm, f) => drawing("text", {
    x: 0, y: curves.charts.length * (high + 34) + 16 + 18 * f, fill: firmColor(page.palette, f) }, firm.name));
  const total = curves.charts.length * (high + 34) + 26 + 18 * page.scene.firms.length;
  return asText(drawing("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `-10 -10 ${wide + 80} ${total + 20}`, "font-family": FONT, "font-size": 12 },
    drawing("rect", { x: -10, y: -10, width: wide + 80, height: total + 20, fill: page.palette.page }), ...parts, ...legend));
}

function chartDrawing(page, chart, wide, high) {
  const { points, state, palette } = page;
  const sides = state.forked ? [1, 0] : [0];
  const curves = sides.flatMap((side) => chart.firms.map((firm) => ({ side, firm, values: points.series(side, chart.outcome.name, firm) })));
  const known = curves.flatMap(({ values }) => values.filter((value) => value !== null));
  const [low, top] = [Math.min(0, ...known), Math.max(...known, 1e-9)];
  const x = (week) => ((week / points.weeks) * wide).toFixed(1);
  const y = (value) => (22 + (1 - (value - low) / (top - low)) * (high - 40)).toFixed(1);
  const lines = curves.map(({ side, firm, values }) => drawing("path", {
    d: pathOf(values, x, y), fill: "none", "stroke-width": 1.8, stroke: side ? palette.baseline : chart.color(firm),
    "stroke-dasharray": DASHES[firm % DASHES.length].join(" ") || null,
  }));
  const label = (value) => drawing("text", { x: wide + 6, y: Number(y(value)) + 4, fill: palette.soft }, chart.text(value));
  return [drawing("path", { d: `M0 ${y(low)}H${wide}M0 ${y(top)}H${wide}`, stroke: palette.grid }), label(low), label(top),
    drawing("text", { x: wide, y: high, "text-anchor": "end", fill: palette.soft }, `week ${points.weeks}`), ...lines];
}

function pathOf(values, x, y) {
  let pen = "M";
  let path = "";
  values.forEach((value, week) => {
    if (value === null) pen = "M";
    else {
      path += `${pen}${x(week)} ${y(value)}`;
      pen = "L";
    }
  });
  return path;
}

function asText(svg) {
  return new XMLSerializer().serializeToString(svg);
}
