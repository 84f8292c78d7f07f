// The panels beside the stage: lesson, levers and glass box, of which one is open.

import { byId } from "./dom.js";

const PANELS = ["lesson", "levers", "story"];

/** Open one panel. */
export function openPanel(name) {
  for (const panel of PANELS) {
    const tab = byId(`panel-${panel}`);
    tab.setAttribute("aria-selected", String(panel === name));
    tab.tabIndex = panel === name ? 0 : -1;
    byId(`${panel}-panel`).hidden = panel !== name;
  }
}

/** Open panels by click, and by arrows as tabs do. */
export function listenToPanels() {
  for (const panel of PANELS) {
    byId(`panel-${panel}`).addEventListener("click", () => openPanel(panel));
    byId(`panel-${panel}`).addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const there = PANELS.filter((one) => !byId(`panel-${one}`).hidden);
      const next = there[(there.indexOf(panel) + step + there.length) % there.length];
      openPanel(next);
      byId(`panel-${next}`).focus();
    });
  }
}
