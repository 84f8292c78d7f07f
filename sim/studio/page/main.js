// The page of the studio: puts its parts together and passes messages between them and the run.
//
// Modules import by name only and their top-level names differ from each other, so that a replay can
// hold all of them as one script.

import { fillChoices, fillColorings, listenToChoices, showSeed } from "./choices.js";
import { paletteOf } from "./colors.js";
import { Curves } from "./curves.js";
import { byId, pressOne, setText } from "./dom.js";
import { keyed } from "./keys.js";
import { Lesson } from "./lesson.js";
import { Levers } from "./levers.js";
import { Needle } from "./needle.js";
import { announce, say, showLine, showNote } from "./notices.js";
import { listenToPanels, openPanel } from "./panels.js";
import { listenToPaper } from "./paper.js";
import { RecordedSource } from "./recorded.js";
import { legendOf, Marks } from "./marks.js";
import { copyText, exportAs, save } from "./share.js";
import { LiveSource } from "./source.js";
import { Stage } from "./stage.js";
import { lessOf, Points, readAddress, recall, remember, runOf, writeAddress } from "./state.js";
import { Steps } from "./steps.js";
import { Story } from "./story.js";
import { Timeline } from "./timeline.js";

const CURVES_EVERY = 125; // milliseconds between two drawings of the curves while playing
const ADDRESS_EVERY = 700;
const TEXT_SIZES = { light: 11, dark: 11, projector: 15 };

const page = {
  scene: null, points: null, before: null, smooth: 4, guesses: { outcome: null, values: [] },
  state: { playing: false, week: 0, head: 0, weeks: 0, note: null, speed: 10, forked: false, fork_week: null, levers: {}, log: [], reversal_week: null, finished: false },
};
const counters = { frames: 0, acked: 0, lastFrameMs: 0, slowestFrameMs: 0, week: 0, points: 0, errors: [], ready: false, connection: "new" };
window.__studio = counters;


let wanted = readAddress(location.hash);
let unanswered = [];
let asked = false;
let drawnCurves = 0;
let latePaint = 0;

const recording = byId("recording");
const listening = { heard: hear, connection: lineChanged, opening };
const source = recording ? new RecordedSource(JSON.parse(recording.textContent), listening) : new LiveSource(listening);
const stage = new Stage(byId("stage"), { picked: pick });
const timeline = new Timeline(send, page.state);
const levers = new Levers({ changed: moveLever });
const needle = new Needle(page);
const curves = new Curves(page);
const story = new Story({ visit: pick, seek: goTo, close: () => pick(null) });
const lesson = new Lesson(page, { run: (all, at, anew) => steps.run(all, at, anew), guessed: guessMade, look: lookAt, ask: askRuns });
const steps = new Steps(page, { send, reopen });
const marks = new Marks(page, { asked: askFirm });
Object.assign(counters, { page, send, parts: { stage, curves, needle, levers, lesson } });

function send(message) {
  source.send(message);
}

function opening() {
  const { levers: set, fork, scenario, strategy, seed, weeks } = wanted;
  return { type: "open", scenario, strategy, seed, weeks, levers: set, fork };
}

// What the run says ----------------------------------------------------------------------------------

const HEARD = {
  scene: takeScene,
  frame: ({ frame }) => takeFrame(frame),
  points: takePoints,
  state: takeState,
  customer: takeCustomer,
  firm: takeFirm,
  file: ({ name, bytes }) => save(name, bytes, "application/octet-stream"),
  truth: (truth) => lesson.take(truth),
  error: ({ message }) => complain(message),
};

function hear(message) {
  HEARD[message.type]?.(message);
}

function takeScene(scene) {
  const again = page.scene?.id === scene.id;
  const before = again && page.scene.strategy !== scene.strategy ? page : null;
  const points = new Points(scene);
  page.before = before && points.behind(before.points) ? before.scene : null;
  Object.assign(page, { scene, points });
  page.state = { ...page.state, playing: false, finished: false, week: 0, head: 0, weeks: scene.weeks, forked: false, fork_week: null, reversal_week: null, log: [] };
  setText(byId("title"), scene.title);
  byId("title").title = scene.title;
  setText(byId("question"), (scene.question ?? "").trim());
  byId("question").title = scene.question ?? "";
  document.title = `${scene.title} – Counterpoise studio`;
  fillChoices(scene, source.live);
  stage.load(scene);
  fillColorings(stage, false);
  timeline.load(scene, page.points.weeks, page.state);
  levers.load(scene, !source.live);
  needle.load();
  curves.load();
  lesson.load(scene.lesson ?? null, scene.seed);
  if (!again) {
    story.rest();
    openPanel(scene.lesson ? "lesson" : "levers");
  }
  marks.show();
  fitStage();
  showLegend();
  showNote(null, !stage.n);
  counters.ready = true;
  paintSoon();
  showGuesses();
  if (steps.until) steps.play();
  else if (wanted.week > 0) send({ type: "seek", week: wanted.week });
  wanted.week = 0; // a reset begins at the beginning
}

function takeFrame(frame) {
  stage.take(frame);
  unanswered.push(frame.number);
  if (frame.side === 0) atWeek(frame.week);
  paintSoon();
}

function atWeek(week) {
  page.state.week = week;
  page.state.head = Math.max(page.state.head, week);
  timeline.week(week);
  steps.stop();
}

function takePoints(message) {
  if (message.side === 1) page.before = null;
  page.points.add(message);
  counters.points = page.points.last[0];
  page.state.head = Math.max(page.state.head, counters.points);
  if (page.state.note) timeline.tell(counters.points);
  paintSoon();
}

function takeState(state) {
  const before = page.state;
  showNote(state.note, page.scene && !stage.n);
  if (state.ready === false || !page.scene) return;
  page.state = { ...before, ...state, head: state.week, week: state.viewing ?? state.week };
  timeline.show(page.state);
  levers.show(state.levers);
  if (before.forked !== page.state.forked) forkChanged();
  announce(before, page.state);
  if (!page.state.playing) drawnCurves = 0;
  paintSoon();
  writeAddressSoon();
}

function forkChanged() {
  const { forked } = page.state;
  if (!forked) {
    page.points.forget(1);
    stage.frames[1] = null;
    stage.side = 0;
  }
  byId("side-label").hidden = !forked;
  byId("side").value = String(stage.side);
  fillColorings(stage, forked);
  stage.recolor();
  curves.remake();
  showLegend();
}

function takeCustomer(told) {
  stage.choose(told.id, told.friends ?? []);
  story.customer(told);
  openPanel("story");
}

function takeFirm(told) {
  stage.choose(null, []);
  story.firm(told);
  openPanel("story");
}

// Drawing ---------------------------------------------------------------------------------------------

stage.ask = paintSoon;

function paintSoon() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(paint);
}

function paint() {
  asked = false;
  const began = performance.now();
  stage.paint();
  const spent = performance.now() - began;
  if (unanswered.length) {
    counters.frames += 1;
    counters.lastFrameMs = spent;
    counters.slowestFrameMs = Math.max(counters.slowestFrameMs, spent);
    counters.week = page.state.week;
    send({ type: "ack", frame: unanswered.at(-1) }); // and with it all before
    counters.acked += unanswered.length;
    unanswered = [];
  }
  paintInstruments(began);
}

/** Curves and needle cost more than the stage and say nothing new sixty times a second. */
function paintInstruments(now) {
  if (!page.scene) return;
  clearTimeout(latePaint);
  if (now - drawnCurves < CURVES_EVERY) {
    latePaint = setTimeout(paintSoon, CURVES_EVERY);
    return;
  }
  drawnCurves = now;
  curves.draw();
  needle.draw();
  marks.tell();
}

function showLegend() {
  if (stage.kind) byId("legend").replaceChildren(...legendOf(page, stage));
}

// What the person does --------------------------------------------------------------------------------

function pick(row) {
  if (row === null) {
    stage.choose(null, []);
    story.rest();
    return;
  }
  if (counters.connection === "lost") return;
  stage.choose(row, []);
  story.wait(`about customer ${row}`);
  openPanel("story");
  send({ type: "customer", id: row });
}

function askFirm(name) {
  if (counters.connection === "lost") return;
  story.wait(`about ${name}`);
  openPanel("story");
  send({ type: "firm", name });
}

function goTo(week) {
  if (page.state.playing) send({ type: "pause" });
  send({ type: "seek", week });
}

function moveLever(path, value) {
  if (!source.live) return;
  send({ type: "lever", path, value });
  showWhenItActs();
}

/** A lever acts in the weeks to come, which who looks back, or is at the end, may not expect. */
function showWhenItActs() {
  const { week, head, weeks, forked, playing, viewing } = page.state;
  const live = playing && (viewing ?? null) === null; // the stage is then a moment behind, not in the past
  if (live || (week >= head && head < weeks)) return;
  const when = head < weeks ? `A lever acts after all that was lived, from week ${head + 1} on.` : "All weeks are lived: a lever changes nothing any more.";
  const back = week < head ? "" : "go back to a week and ";
  const hint = forked ? "" : ` To try it ${week < head ? `from week ${week}` : "earlier"}, ${back}press “What if from here” first.`;
  say(`${when}${hint}`);
}

function guessMade(value) {
  if (value !== null) send({ type: "guess", value });
  showGuesses();
}

/** Ask what the runs say, where no guess has asked for it, as after the page was loaded again. */
function askRuns() {
  send({ type: "guess", value: null });
}

function showGuesses() {
  page.guesses = lesson.marks();
  drawnCurves = 0;
  paintSoon();
}

function lookAt({ outcome }) {
  if (outcome) curves.reveal(outcome);
}

function reopen(change) {
  wanted = { scenario: page.scene.id, strategy: page.scene.strategy, seed: page.scene.seed, weeks: wanted.weeks, week: 0, levers: [], fork: null, ...change };
  page.state = { ...page.state, playing: false, finished: false };
  send(opening());
}

function setColoring(name) {
  stage.show({ coloring: name });
  byId("coloring").value = stage.coloring;
  showLegend();
}

/** The network stands between the rows of firms. */
function fitStage() {
  const { clientWidth, clientHeight } = byId("stage-box");
  const rows = ["firms-above", "firms-below"].map((id) => byId(id).offsetHeight);
  stage.room = Math.max(...rows, 22) + 14;
  stage.resize(clientWidth, clientHeight);
}

function wearOnPaper(theme) {
  wear(theme);
  stage.paint();
  if (page.scene) curves.draw();
}

function setSmooth(weeks) {
  page.smooth = weeks;
  drawnCurves = 0;
  paintSoon();
}

function setTheme(theme) {
  wear(theme);
  remember("theme", theme);
  pressOne([...document.querySelectorAll("[data-theme-name]")].map((button) => [button.dataset.themeName, button]), theme);
}

function wear(theme) {
  document.documentElement.dataset.theme = theme;
  page.theme = theme;
  page.palette = paletteOf(theme);
  page.size = TEXT_SIZES[theme];
  page.thick = theme === "projector" ? 2.6 : 1.8;
  stage.show({ theme });
  if (!page.scene) return;
  marks.show();
  fitStage();
  showLegend();
  curves.remake();
  drawnCurves = 0;
  paintSoon();
}

function complain(message) {
  counters.errors.push(message);
  story.giveUp();
  say(message);
  if (page.scene) {
    levers.takeBack(page.state.levers);
    showSeed(page.scene);
  } else if (lessOf(wanted)) {
    wanted = lessOf(wanted);
    send(opening());
  }
}


function lineChanged(how) {
  counters.connection = how;
  showLine(how === "lost");
  if (how === "lost") {
    story.giveUp();
    if (page.scene) wanted = { ...runOf(page, wanted.weeks), weeks: wanted.weeks };
    unanswered = [];
    page.state.playing = false;
    if (page.scene) timeline.show(page.state);
  }
}

let lateAddress = 0;
function writeAddressSoon() {
  if (!source.live || lateAddress) return;
  lateAddress = setTimeout(() => {
    lateAddress = 0;
    if (page.scene) history.replaceState(null, "", writeAddress(runOf(page, wanted.weeks)));
  }, ADDRESS_EVERY);
}

async function copyLink() {
  const address = new URL(writeAddress(runOf(page, wanted.weeks)), location.href);
  say((await copyText(address.href)) ? "Link copied." : address.href);
}

function takeAway(what) {
  byId("share").open = false;
  if (!exportAs(what, { page, stage, curves })) send({ type: "export", what });
}

// Listeners -------------------------------------------------------------------------------------------

function listen() {
  document.addEventListener("keydown", (event) => page.scene && keyed(event, {
    " ": () => timeline.toggle(), ArrowRight: () => timeline.step(1), ArrowLeft: () => timeline.step(-1),
    r: () => send({ type: "reset" }), f: () => timeline.fork(),
    "+": () => stage.zoom(1.4), "-": () => stage.zoom(1 / 1.4), 0: () => stage.zoom(0),
  }));
  byId("coloring").addEventListener("change", (event) => setColoring(event.target.value));
  byId("side").addEventListener("change", (event) => stage.show({ side: Number(event.target.value) }));
  byId("smooth").addEventListener("change", (event) => setSmooth(Number(event.target.value)));
  byId("rings").addEventListener("change", (event) => {
    stage.show({ rings: event.target.checked });
    showLegend();
  });
  listenToChoices(page, reopen);
  listenToPanels();
  for (const button of document.querySelectorAll("[data-theme-name]")) button.addEventListener("click", () => setTheme(button.dataset.themeName));
  for (const button of document.querySelectorAll("[data-export]")) button.addEventListener("click", () => takeAway(button.dataset.export));
  byId("copy-link").addEventListener("click", copyLink);
  byId("toast").addEventListener("click", (event) => { event.currentTarget.hidden = true; });
  byId("find-customer").addEventListener("submit", (event) => {
    event.preventDefault();
    const { value } = byId("customer-number");
    if (value !== "") pick(Number(value));
  });
  document.addEventListener("click", (event) => {
    for (const menu of ["share", "view"]) if (!event.target.closest(`#${menu} summary`)) byId(menu).open = false;
  });
  document.addEventListener("keydown", leaveMenu);
  window.addEventListener("hashchange", () => {
    wanted = readAddress(location.hash);
    send(opening());
  });
  listenToPaper(page, wearOnPaper);
  new ResizeObserver(fitStage).observe(byId("stage-box"));
}

/** Escape closes an open menu and gives the focus back to what opened it. */
function leaveMenu(event) {
  const menu = event.key === "Escape" && [byId("share"), byId("view")].find((one) => one.open);
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

listen();
const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
const remembered = recall("theme", preferred);
setTheme(remembered in TEXT_SIZES ? remembered : preferred);
document.documentElement.classList.toggle("recorded", !source.live);
source.start();
