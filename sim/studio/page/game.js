// The instructor's page: who has joined and decided, the next round, the leaderboard, the debrief.

import { byId, element, setText, shortNumber } from "./dom.js";
import { ask, chart, debrief, keepLooking, seatLook, table, themes } from "./rounds.js";

const secret = location.hash.slice(1);
let view = null;
let debriefed = "";
let refused = null; // why the last command was refused; stays until the next

themes(byId("themes"), "projector", () => {
  debriefed = "";
  if (view) draw();
});
byId("advance").addEventListener("click", () => command("advance", { round: view.round }));
byId("look-back").addEventListener("click", () => command("debrief", {}));
keepLooking((version) => ask("overview", { secret, version }), show, (error) => complain(error ?? refused));

async function command(what, more) {
  refused = null;
  byId("advance").disabled = true;
  byId("look-back").disabled = true;
  try {
    await ask(what, { secret, ...more });
  } catch (error) {
    refused = error;
    complain(error);
    draw();
  }
}

function show(now) {
  view = now;
  draw();
}

function draw() {
  setText(byId("title"), view.title);
  setText(byId("code"), view.code);
  setText(byId("address"), view.token ? `${location.host}/?token=${view.token}` : location.host);
  setText(byId("round"), roundText());
  document.title = `Round ${view.round} – Counterpoise`;
  const working = view.state === "playing" || (view.looked_back[1] > 0 && view.looked_back[0] < view.looked_back[1]);
  const joined = view.seats.some((seat) => seat.taken);
  byId("advance").hidden = view.state === "finished";
  byId("advance").disabled = working || !joined;
  setText(byId("advance"), view.state === "playing" ? "Playing …" : `Play round ${view.round}`);
  byId("look-back").disabled = working || view.played === 0;
  byId("look-back").classList.toggle("primary", view.state === "finished");
  setText(byId("look-back"), working && view.state !== "playing" ? `Living ${view.looked_back[0]} of ${view.looked_back[1]} again …` : "What was each decision worth?");
  drawSeats();
  if (view.state !== "playing") drawResults();
}

function roundText() {
  if (view.state === "finished") return `All ${view.rounds} rounds are played.`;
  if (view.state === "playing") return `Round ${view.round} of ${view.rounds} is being played …`;
  const waiting = view.seats.filter((seat) => seat.taken && !seat.decided).length;
  const said = !view.seats.some((seat) => seat.taken) ? "no team has joined yet" : waiting ? `${waiting === 1 ? "1 team is" : `${waiting} teams are`} still deciding` : "all teams have decided";
  return `Round ${view.round} of ${view.rounds}, ${view.weeks} weeks; ${said}.`;
}

function drawSeats() {
  byId("seats").replaceChildren(...view.seats.map((seat, s) => {
    const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = seatLook(s).color;
    const state = !seat.taken ? element("span", { class: "soft" }, seat.team ? "may join again by its name" : "free")
      : seat.decided ? element("span", { class: "mark-decided" }, "✓ decided") : element("span", { class: "soft" }, view.state === "finished" ? "" : "deciding");
    return element("li", {}, element("span", { class: "seat-name" }, swatch, seat.team || "–", " ", element("span", { class: "soft" }, seat.firm)), state, seat.taken && view.state !== "finished" ? letIn(seat) : null);
  }));
}

function letIn(seat) {
  return element("button", {
    type: "button", class: "plain", title: `For a team that has lost its page: ${seat.team} joins again by its name, and its old page ends`,
    "aria-label": `Let ${seat.team} in again`, onclick: () => command("let_in", { firm: seat.firm }),
  }, "let in again");
}

function teamOf(firm) {
  return view.seats.find((seat) => seat.firm === firm)?.team || firm;
}

function drawResults() {
  const rows = view.leaderboard;
  const seatOf = (firm) => view.seats.findIndex((seat) => seat.firm === firm);
  byId("leaderboard").replaceChildren(view.played === 0
    ? element("p", { class: "empty" }, "Teams join with the code, decide, and the first round is played.")
    : table(["", "Team", "Firm", `Profit (${view.currency})`, "Share, last round", "Satisfaction"], rows.map((row, r) => [
      [String(r + 1), "rank"], teamOf(row.firm), row.firm, shortNumber(row.profit), shortNumber(row.market_share, true), shortNumber(row.satisfaction, true),
    ]), { firstText: 3 }));
  byId("race").replaceChildren(...(view.played === 0 ? [] : [chart("Profit so far", view.currency, rows.map((row) => ({
    name: teamOf(row.firm), values: row.weekly, ...seatLook(seatOf(row.firm)),
  })), { wide: 760, high: 220, weeks: view.rounds * view.weeks })]));
  const key = JSON.stringify(view.debrief ?? null);
  if (key !== debriefed) debrief(byId("debrief"), view.debrief, view.currency, teamOf);
  debriefed = key;
}

function complain(error) {
  setText(byId("error"), error ? `${error.message[0].toUpperCase()}${error.message.slice(1)}.` : "");
  byId("error").hidden = !error;
}
