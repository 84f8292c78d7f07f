// The page of a team: join, see what the firm can see, decide once a round.

import { byId, element, helpOn, setText, shortNumber } from "./dom.js";
import { meanings, sentence } from "./levers.js";
import { ask, chart, debrief, keepLooking, seatLook, table, themes, valueText } from "./rounds.js";
import { recall, remember } from "./state.js";

const KEPT = "counterpoise.team", DRAFT = "counterpoise.draft";
let secret = sessionStorage.getItem(KEPT);
let view = null;
let drafted = {}; // what the team has moved but not submitted, by path

themes(byId("themes"), "light", () => view && view.state !== "playing" && drawSeen());
byId("join").addEventListener("submit", join);
byId("levers").addEventListener("submit", submit);
if (secret) begin();
else offerReturn();

/** This browser has played already, in a tab that is closed: go on as that team. */
async function offerReturn() {
  const kept = recall("team", "");
  if (!kept) return;
  try {
    const { team } = await ask("view", { secret: kept });
    setText(byId("go-on"), `Go on as ${team}`);
    byId("go-on").hidden = false;
    byId("go-on").addEventListener("click", () => sitDown(kept));
  } catch {
    remember("team", ""); // of another game
  }
}

function sitDown(known) {
  secret = known;
  sessionStorage.setItem(KEPT, secret); // of this tab: another may be another team
  remember("team", secret);
  complain("join-error", null);
  begin();
}

async function join(event) {
  event.preventDefault();
  try {
    const token = new URLSearchParams(location.search).get("token") ?? "";
    const said = await ask("join", { code: byId("code").value, name: byId("name").value, token });
    sitDown(said.secret);
  } catch (error) {
    complain("join-error", error);
  }
}

function begin() {
  keepLooking((version) => ask("view", { secret, version }), show, lost);
}

/** A game that does not know this team any more is another game: join that one. */
function lost(error) {
  if (error && /does not know your team/.test(error.message)) {
    sessionStorage.removeItem(KEPT);
    location.reload();
  }
  setText(byId("status"), error ? "The game does not answer" : statusOf(view));
}

function statusOf(now) {
  if (!now) return "";
  if (now.state === "finished") return "The game is over";
  if (now.state === "playing") return `Round ${now.round} is being played …`;
  return now.decided ? `Round ${now.round} of ${now.rounds}: decided` : `Round ${now.round} of ${now.rounds}: your turn`;
}

function show(now) {
  const newRound = !view || view.played !== now.played || (view.decided === null) !== (now.decided === null) || view.state !== now.state;
  view = now;
  byId("join-page").hidden = true;
  byId("team-page").hidden = false;
  setText(byId("title"), now.title);
  setText(byId("who"), `${now.team}, who steer ${now.firm}`);
  setText(byId("status"), statusOf(now));
  document.title = `${now.team} – Counterpoise`;
  if (now.state === "playing") {
    lockLevers();
    return;
  }
  if (newRound) {
    drafted = draftOf(now);
    complain("decide-error", null);
    drawLevers();
  }
  drawSeen();
}

function drawSeen() {
  drawBooks();
  drawMarket();
  drawBeliefs();
  drawResult();
}

// Decisions ------------------------------------------------------------------------------------------

function isOpen() {
  return view.state !== "finished" && view.state !== "playing" && view.decided === null;
}

/** What this tab has moved in a round that is still open: a reload takes nothing away. */
function draftOf(now) {
  const kept = JSON.parse(sessionStorage.getItem(DRAFT) ?? "{}");
  return kept.secret === secret && kept.round === now.round && isOpen() ? kept.levers : {};
}

function drawLevers() {
  const groups = new Map();
  for (const lever of view.levers) {
    const name = lever.offer ? `Offer ${lever.offer}` : "The firm";
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(lever);
  }
  setText(byId("decide-title"), view.state === "finished" ? "Your last levers" : `Decide round ${view.round}`);
  byId("levers").replaceChildren(element("div", { class: "lever-groups" }, ...[...groups].map(([name, levers]) =>
    element("fieldset", {}, element("legend", {}, name), ...levers.map(drawLever)))));
  sayDraft();
}

function drawLever(lever) {
  const id = `lever-${lever.path}`;
  const value = lever.path in drafted ? drafted[lever.path] : (view.decided?.[lever.path] ?? lever.value);
  const unit = lever.unit === "1" ? "" : lever.unit.replaceAll("currency", view.currency).replace("/week per 1,000 customers", " a week per 1,000 customers");
  const off = !isOpen();
  const label = element("label", { for: id }, `${lever.label} `, element("span", { class: "unit" }, unit));
  const help = helpOn(lever.label, id, sentence(lever.doc), meanings(lever));
  const box = element("div", { class: `lever ${lever.kind}`, title: sentence(lever.doc) });
  const moved = (to) => {
    if (to === lever.value) delete drafted[lever.path];
    else drafted[lever.path] = to;
    sessionStorage.setItem(DRAFT, JSON.stringify({ secret, round: view.round, levers: drafted }));
    box.classList.toggle("moved", lever.path in drafted);
    sayDraft();
  };
  box.classList.toggle("moved", lever.path in drafted || lever.path in (view.decided ?? {}));
  if (lever.kind === "switch") {
    box.append(label, element("input", { id, type: "checkbox", role: "switch", checked: value === true, disabled: off,
      onchange: (event) => moved(event.target.checked) }));
  } else if (lever.kind === "choice") {
    box.append(label, element("select", { id, disabled: off, onchange: (event) => moved(event.target.value) },
      ...lever.choices.map((choice) => element("option", { value: choice, selected: choice === value }, valueText(choice)))));
  } else {
    box.append(label, ...numberFields(lever, id, value, off, moved));
  }
  box.append(help.button, help.said);
  return box;
}

function numberFields(lever, id, value, off, moved) {
  const shown = value ?? "";
  const take = (text) => (text !== "" ? Number(text) : lever.optional ? null : lever.value);
  const field = element("input", { id, class: "field", type: "number", step: "any", min: lever.low, value: shown, disabled: off,
    placeholder: "none", oninput: (event) => {
      slider.value = event.target.value;
      moved(take(event.target.value));
    }, onchange: () => {
      if (field.value === "" && !lever.optional) field.value = lever.value;
    } });
  const slider = element("input", { type: "range", min: lever.low, max: Math.max(lever.high, value ?? lever.high), step: lever.step,
    disabled: off, "aria-label": `${lever.label}, slider`, oninput: (event) => {
      field.value = event.target.value;
      moved(Number(event.target.value));
    } });
  slider.value = shown === "" ? lever.low : shown;
  return [field, slider];
}

function lockLevers() {
  for (const input of byId("levers").querySelectorAll("input, select")) input.disabled = true;
  byId("submit").disabled = true;
  setText(byId("decide-note"), "The weeks of this round are being lived.");
}

function sayDraft() {
  const count = Object.keys(drafted).length;
  const submitted = Object.keys(view.decided ?? {}).length;
  const levers = (n) => (n === 1 ? "1 lever" : `${n} levers`);
  byId("submit").disabled = !isOpen();
  byId("submit").hidden = view.state === "finished";
  setText(byId("submit"), `Submit for round ${view.round}`);
  if (view.state === "finished") setText(byId("decide-note"), "");
  else if (view.decided) setText(byId("decide-note"), `Decided: ${submitted ? `${levers(submitted)} moved` : "nothing changes"}. Wait for the round to be played.`);
  else setText(byId("decide-note"), count ? `${levers(count)} moved. You decide once a round.` : "Nothing moved yet. You decide once a round.");
}

async function submit(event) {
  event.preventDefault();
  byId("submit").disabled = true;
  try {
    await ask("submit", { secret, round: view.round, levers: drafted });
    complain("decide-error", null);
  } catch (error) {
    complain("decide-error", error);
    byId("submit").disabled = !isOpen();
  }
}

// What the firm sees ---------------------------------------------------------------------------------

function drawBooks() {
  const { sight, books } = view;
  const number = (name, value) => element("div", { class: "number-box" }, element("span", { class: "soft" }, name), element("b", {}, value));
  byId("numbers").replaceChildren(
    number(`Cash (${view.currency})`, shortNumber(sight.cash)),
    number("Profit last week", shortNumber(sight.profit)),
    number("Units last week", shortNumber(sight.units)),
    number("Complaints last week", shortNumber(sight.complaints)),
    number("Complaints waiting", shortNumber(sight.waiting)),
  );
  const look = seatLook(view.seat);
  byId("books").replaceChildren(
    ...[["profit", "Profit a week", view.currency], ["revenue", "Revenue a week", view.currency], ["units", "Units a week", ""]]
      .map(([name, title, unit]) => chart(title, unit, [{ name: view.firm, values: books[name] ?? [], color: look.color }], { wide: 330, high: 150 })),
  );
}

function drawMarket() {
  const { sight } = view;
  const attributes = Object.keys(sight.own_quality);
  const ratings = (offer) => Object.values(sight.communities).map((page) => page.ratings[offer]).find((one) => one !== undefined);
  const rated = Object.values(sight.communities).some((page) => Object.keys(page.ratings).length);
  const row = (offer, price, quality) => [offer, shortNumber(price), ...attributes.map((a) => shortNumber(quality[a])),
    ...(rated ? [shortNumber(ratings(offer))] : [])];
  const own = Object.entries(sight.own_prices).map(([offer, price]) => row(offer, price, sight.own_quality));
  const rivals = Object.entries(sight.rival_prices).map(([offer, price]) => row(offer, price, sight.rival_quality[offer] ?? {}));
  byId("market").replaceChildren(
    table(["Offer", `Price (${view.currency})`, ...attributes, ...(rated ? ["rating"] : [])], [...own, ...rivals],
      { rowClass: (r) => (r < own.length ? "own" : null) }),
    ...(rivals.length ? [] : [element("p", { class: "empty" }, "Rivals are seen once the market has opened.")]),
  );
}

function drawBeliefs() {
  const { sight } = view;
  const bar = (name, share) => {
    const fill = element("span", { class: "bar-fill" });
    fill.style.width = `${Math.round(Math.min(Math.max(share, 0), 1) * 100)}%`;
    return element("div", { class: "bar-row" }, element("span", {}, name), element("span", { class: "bar-track" }, fill), element("span", {}, shortNumber(share, true)));
  };
  byId("beliefs").replaceChildren(
    sight.believed_satisfaction !== null ? bar("satisfied customers", sight.believed_satisfaction)
      : element("p", { class: "soft" }, "Your firm does not know how satisfied its customers are."),
    element("p", { class: "soft" }, "How much each attribute matters to customers, by your firm's own idea:"),
    ...Object.entries(sight.believed_needs).filter(([, share]) => share > 0).sort((a, b) => b[1] - a[1]).map(([name, share]) => bar(name, share)),
  );
  byId("communities").replaceChildren(...Object.entries(sight.communities).map(([name, page]) =>
    element("p", { class: "soft" }, `Community ${name}: ${shortNumber(page.member_share, true)} of all customers are members.`)));
}

function drawResult() {
  const box = byId("result");
  if (view.state !== "finished") {
    box.replaceChildren();
    return;
  }
  const place = view.leaderboard.findIndex((row) => row.firm === view.firm) + 1;
  const worth = element("div", {});
  box.replaceChildren(
    element("h2", {}, `You finished ${place} of ${view.leaderboard.length}`),
    table(["Place", "Team", `Profit (${view.currency})`, "Share, last round"],
      view.leaderboard.map((row, r) => [String(r + 1), row.team || row.firm, shortNumber(row.profit), shortNumber(row.market_share, true)]),
      { firstText: 2, rowClass: (r) => (r === place - 1 ? "own" : null) }),
    worth,
  );
  debrief(worth, view.debrief, view.currency, () => view.team);
}

function complain(id, error) {
  setText(byId(id), error ? `${error.message[0].toUpperCase()}${error.message.slice(1)}.` : "");
  byId(id).hidden = !error;
}
