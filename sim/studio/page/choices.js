// The selects of the page, filled from the scene: scenario, strategy, seed and coloring.

import { coloringsOf } from "./colors.js";
import { byId, setChoices, setText, shortNumber } from "./dom.js";
import { seedOf } from "./state.js";

/** What may be run, and how many of its customers are shown; a recording is what it is. */
export function fillChoices(scene, live) {
  const { shown } = scene;
  const all = scene.scenarios ?? [];
  setChoices(byId("scenario"), all.map(({ id, title }) => [id, title]), scene.id);
  byId("scenario-label").hidden = all.length < 2;
  setChoices(byId("strategy"), scene.strategies.map(({ name, title }) => [name, title]), scene.strategy);
  byId("strategy-label").hidden = scene.strategies.length < 2;
  showSeed(scene);
  for (const id of ["strategy", "seed", "scenario"]) byId(id).disabled = !live;
  const part = shown.ties_of ? "a connected part" : "drawn at random"; // without ties nothing is connected
  setText(byId("shown"), shown.sampled ? `${shortNumber(shown.n)} of ${shortNumber(shown.of)} customers, ${part}` : `${shortNumber(shown.n)} customers`);
  byId("rings-label").hidden = scene.communities.length === 0;
}

/** The seed of the run in its box, whatever was written there. */
export function showSeed(scene) {
  byId("seed").value = scene.seed;
}

/** Another scenario, strategy or seed is another run. */
export function listenToChoices(page, reopen) {
  byId("scenario").addEventListener("change", (event) => reopen({ scenario: event.target.value, strategy: null }));
  byId("strategy").addEventListener("change", (event) => reopen({ strategy: event.target.value }));
  byId("seed").addEventListener("change", (event) => {
    const seed = seedOf(event.target.value);
    if (seed === null) showSeed(page.scene);
    else reopen({ seed });
  });
}

/** The colorings that there are now; the one in use stays if it can. */
export function fillColorings(stage, forked) {
  const there = coloringsOf(stage.scene, forked);
  if (!there.some(([name]) => name === stage.coloring)) stage.coloring = "brand";
  setChoices(byId("coloring"), there, stage.coloring);
}
