// What one takes home: figures (PNG, SVG), points (CSV), and files that the server writes.

import { curvesDrawing, curvesPicture, stageDrawing, stagePicture } from "./pictures.js";

/** Save bytes or text as a file of the browser. */
export function save(name, content, kind) {
  const blob = content instanceof Blob ? content : new Blob([content], { type: kind });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** All points as comma-separated values, one row a week, outcome, firm and side. */
export function pointsAsText(page) {
  const { scene, points, state } = page;
  const rows = [["scenario", "strategy", "seed", "side", "week", "outcome", "firm", "value", "unit"]];
  const sides = state.forked ? [0, 1] : [0];
  for (const side of sides) {
    for (const outcome of scene.outcomes) {
      const firms = outcome.per === "firm" ? scene.firms.map((firm) => firm.name) : [""];
      firms.forEach((firm, f) => {
        for (let week = 1; week <= points.last[side]; week += 1) {
          const value = points.at(side, outcome.name, f, week);
          if (value === null) continue;
          rows.push([scene.id, scene.strategy ?? "", scene.seed, side ? "baseline" : "main", week, outcome.name, firm, value, outcome.unit]);
        }
      });
    }
  }
  return rows.map((row) => row.map(field).join(",")).join("\r\n");
}

/** Text that a spreadsheet would take for a formula is disarmed. */
function field(value) {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value ?? "") ? `'${value}` : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const MADE_HERE = {
  "stage-png": async (name, { page, stage }) => save(`${name}-stage.png`, await asPng(stagePicture(page, stage))),
  "stage-svg": (name, { page, stage }) => save(`${name}-stage.svg`, stageDrawing(page, stage), "image/svg+xml"),
  "curves-png": async (name, { page, curves }) => save(`${name}-curves.png`, await asPng(curvesPicture(page, curves))),
  "curves-svg": (name, { page, curves }) => save(`${name}-curves.svg`, curvesDrawing(page, curves), "image/svg+xml"),
  csv: (name, { page }) => save(`${name}-points.csv`, pointsAsText(page), "text/csv"),
};

/** Save what the page can make by itself; whether it can. */
export function exportAs(what, parts) {
  MADE_HERE[what]?.(parts.page.scene.id, parts);
  return what in MADE_HERE;
}

function asPng(canvas) {
  return canvas.convertToBlob({ type: "image/png" });
}

/** Put a text where the person can paste it from; whether that was allowed. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
