// Colors of the page's drawings: Okabe and Ito (2008), with the reports' order, and what each coloring of
// the customers means. No meaning hangs on color alone: lines differ in form, and legends say it in words.

const FIRMS = {
  light: ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#C98A00", "#56B4E9", "#1b1b1f", "#8C7A1F"],
  dark: ["#3BA4E8", "#F0803C", "#2CC295", "#E39AC2", "#E69F00", "#8AD0F5", "#ECECF0", "#F0E442"],
};
const INK = {
  light: { page: "#ffffff", ink: "#1b1b1f", soft: "#5a5a63", grid: "#d9d9e0", tie: "#dcdce3",
    strong: "#b9b9c4", none: "#8f8f9a", middle: "#c4c4cc", good: "#00805d", bad: "#d03f00",
    firms: "#c98a00", customers: "#0072B2", baseline: "#8a8a94" },
  dark: { page: "#17181c", ink: "#ececf0", soft: "#acacb8", grid: "#3a3b44", tie: "#2f3038",
    strong: "#484a55", none: "#74747f", middle: "#6b6b76", good: "#4fd1a5", bad: "#ff8a4c",
    firms: "#e69f00", customers: "#3BA4E8", baseline: "#8e8e99" },
  projector: { page: "#ffffff", ink: "#000000", soft: "#3a3a42", grid: "#c4c4cc", tie: "#d2d2da",
    strong: "#a4a4b0", none: "#777782", middle: "#b4b4bd", good: "#006b4e", bad: "#c23a00",
    firms: "#b07800", customers: "#0063a0", baseline: "#77777f" },
};

/** Line forms, told apart in gray as well. */
export const DASHES = [[], [7, 3], [2, 2], [9, 3, 2, 3], [5, 5], [12, 4], [3, 5], [1, 3]];

/** The colors of a theme. */
export function paletteOf(theme) {
  const ink = INK[theme] ?? INK.light;
  return { ...ink, firm: FIRMS[theme === "dark" ? "dark" : "light"], members: membersOf(theme) };
}

function membersOf(theme) {
  return theme === "dark"
    ? ["#E39AC2", "#8AD0F5", "#F0E442", "#2CC295", "#F0803C", "#3BA4E8"]
    : ["#A8467F", "#2A86BF", "#8C7A1F", "#00805d", "#D55E00", "#0072B2"];
}

/** The line form of a firm: where colors begin anew, forms are shifted, so that no two look alike. */
export function firmDash(firm) {
  return DASHES[(firm + Math.floor(firm / FIRMS.light.length)) % DASHES.length];
}

/** The form of a firm's mark, which changes where colors begin anew: disc, square, triangle, diamond. */
export function firmForm(firm) {
  return Math.floor(firm / FIRMS.light.length) % FORMS;
}

/** More firms than this are a crowd: legends fold, and charts name the firm that is pointed at. */
export const CROWD = 10;
const FORMS = 4;

/** The color of a firm by its place in the scene. */
export function firmColor(palette, firm) {
  return palette.firm[firm % palette.firm.length];
}

/** Mix two "#rrggbb" colors. */
export function mix(one, other, part) {
  const channel = (color, at) => Number.parseInt(color.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) =>
    Math.round(channel(one, at) * (1 - part) + channel(other, at) * part).toString(16).padStart(2, "0"),
  );
  return `#${mixed.join("")}`;
}

/** The color of an offer: its firm's, and a paler one for each further offer of the firm. */
export function offerColor(palette, scene, offer) {
  const firm = firmOf(scene, offer);
  const earlier = scene.offers.slice(0, offer).filter((_, o) => firmOf(scene, o) === firm).length;
  return mix(firmColor(palette, firm), palette.page, Math.min(0.36 * earlier, 0.72));
}

/** The place of an offer's firm. */
export function firmOf(scene, offer) {
  return Math.max(0, scene.firms.findIndex((firm) => firm.name === scene.offers[offer].firm));
}

const STEPS = 16;

/** Communities that the membership plane tells apart, and its bit of fans. */
export const MOST_COMMUNITIES = 6;
const FAN = 64;

/** All colorings that a scene offers: [name, title]. */
export function coloringsOf(scene, forked) {
  const all = [["brand", "Last purchase"], ["satisfaction", "Satisfaction"], ["power", "Power"]];
  all.push(["membership", "Membership"]);
  if (scene.segments.length > 1) all.push(["segment", "Segment"]);
  all.push(["talk", "Talk this week"]);
  if (forked) all.push(["changed", "Changed by the fork"]);
  return all;
}

/**
 * How customers are colored: the plane that is read, the class of each of its 256 values, and of each
 * class its color and form. Class 0 is drawn hollow and small.
 */
export function coloring(name, scene, palette) {
  const made = (MAKERS[name] ?? MAKERS.brand)(scene, palette);
  made.colors = made.entries.map((entry) => entry.color);
  return made;
}

const MAKERS = {
  brand(scene, palette) {
    const lookup = new Uint8Array(256);
    const entries = [{ label: "nothing bought", color: palette.none, hollow: true }];
    scene.offers.forEach((offer, o) => {
      lookup[o] = entries.length;
      entries.push({ label: offer.name, color: offerColor(palette, scene, o), form: firmForm(firmOf(scene, o)) });
    });
    return { plane: "brand", lookup, entries };
  },
  satisfaction(scene, palette) {
    return ramp("satisfaction", palette, ["nothing bought", "disappointed", "satisfied"], palette.bad,
      palette.middle, palette.customers);
  },
  power(scene, palette) {
    return ramp("power", palette, ["nothing known", "power with firms", "power with customers"],
      palette.firms, palette.middle, palette.customers);
  },
  membership(scene, palette) {
    const lookup = new Uint8Array(256);
    const { communities } = scene;
    const entries = [{ label: "belongs to nothing", color: palette.none, hollow: true }];
    communities.forEach((community, c) => {
      entries.push({ label: nameOf(community), color: palette.members[c % palette.members.length] });
    });
    entries.push({ label: "fan of a firm's club", color: palette.firms });
    for (let value = 1; value < 256; value += 1) {
      const first = communities.slice(0, MOST_COMMUNITIES).findIndex((_, c) => (value >> c) & 1);
      lookup[value] = first >= 0 ? first + 1 : value & FAN ? entries.length - 1 : 0;
    }
    return { plane: "membership", lookup, entries };
  },
  segment(scene, palette) {
    const lookup = Uint8Array.from({ length: 256 }, (_, s) => 1 + (s % scene.segments.length));
    const entries = [{ label: "", color: palette.none, hollow: true }];
    scene.segments.forEach((segment, s) => {
      entries.push({ label: nameOf(segment), color: firmColor(palette, s) });
    });
    return { plane: "segment", lookup, entries };
  },
  talk(scene, palette) {
    const lookup = new Uint8Array(256);
    lookup[1] = 1;
    lookup[2] = 2;
    const entries = [
      { label: "silent", color: palette.none, hollow: true },
      { label: "tells good news", color: palette.good },
      { label: "tells bad news", color: palette.bad },
    ];
    return { plane: "talk", lookup, entries };
  },
  changed(scene, palette) {
    const lookup = new Uint8Array(256);
    lookup[1] = 1;
    const entries = [
      { label: "same purchase", color: palette.none, hollow: true },
      { label: "other purchase than without the fork", color: palette.bad },
    ];
    return { plane: "changed", lookup, entries };
  },
};

function ramp(plane, palette, [none, low, high], from, middle, to) {
  const lookup = new Uint8Array(256);
  const entries = [{ label: none, color: palette.none, hollow: true }];
  for (let step = 0; step < STEPS; step += 1) {
    const at = step / (STEPS - 1);
    const color = at < 0.5 ? mix(from, middle, at * 2) : mix(middle, to, at * 2 - 1);
    entries.push({ label: "", color, ramp: true });
  }
  for (let value = 0; value < 255; value += 1) lookup[value] = 1 + Math.floor((value * STEPS) / 255);
  return { plane, lookup, entries, low, high };
}

/** The name of a segment or community, whether told as a string or as an object. */
export function nameOf(thing) {
  return typeof thing === "string" ? thing : thing.name;
}
