//! How lines run between two layers: down, across on a track of their own, and down again.

use super::{
    Arrow, Layout, Line, Rect, Size,
    layers::{Kind, Layers},
};
use std::collections::BTreeMap;

/// Between a layer and a track beside it.
const EDGE: i32 = 10;
/// Between two tracks.
const TRACK: i32 = 8;
/// The tip of an arrow takes as much.
const TIP: i32 = 8;
/// Around the whole drawing.
const MARGIN: i32 = 16;
/// Between a column and the channel beside it.
const COLUMNS: i32 = 24;
/// What is less tall stays in one column.
const TALL: i32 = 1100;
/// The most columns.
const MOST: i32 = 4;
/// One more column has to make the drawing so much larger on a page.
const WORTH: f64 = 1.08;

/// What shares a track: the lines that leave a box, or those that lead to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Net {
    From(usize),
    To(usize),
}

/// Where a net touches the layers above and below it.
#[derive(Debug, Default)]
struct Pins {
    upper: Vec<i32>,
    lower: Vec<i32>,
    track: Option<usize>,
}

impl Pins {
    fn span(&self) -> (i32, i32) {
        let all = || self.upper.iter().chain(&self.lower).copied();
        (all().min().unwrap_or_default(), all().max().unwrap_or_default())
    }

    fn is_straight(&self) -> bool {
        let (left, right) = self.span();
        left == right
    }

    /// Whether two nets need different tracks.
    fn meets(&self, other: &Self) -> bool {
        let ((a, b), (c, d)) = (self.span(), other.span());
        a <= d + TRACK && c <= b + TRACK
    }

    /// What it costs to have this net above another: crossings, and worse, lines on top of each other.
    fn above(&self, other: &Self) -> usize {
        let within =
            |pins: &[i32], (left, right): (i32, i32)| pins.iter().filter(|pin| (left..=right).contains(*pin)).count();
        let near = |a: i32, b: i32| (a - b).abs() < TRACK;
        let covered = self.lower.iter().filter(|&&pin| other.upper.iter().any(|&other| near(pin, other))).count();
        within(&self.lower, other.span()) + within(&other.upper, self.span()) + 100 * covered
    }
}

/// The nets between a layer and the next one.
#[derive(Default)]
struct Gap {
    nets: BTreeMap<Net, Pins>,
    tracks: usize,
    /// The upper end, and the track nearest to it.
    y: i32,
}

pub fn route(layers: &Layers, across: &[i32], boxes: &[Size], arrows: &[Arrow]) -> Layout {
    let mut gaps: Vec<Gap> = layers.layers.iter().map(|_| Gap::default()).collect();
    for (upper, below) in layers.below.iter().enumerate() {
        let gap = &mut gaps[layers.nodes[upper].layer];
        for &lower in below {
            let pins = gap.nets.entry(net(layers, arrows, upper, lower)).or_default();
            if !layers.turns(upper) {
                pins.upper.push(across[upper]);
            }
            if !layers.turns(lower) {
                pins.lower.push(across[lower]);
            }
        }
    }
    gaps.iter_mut().for_each(assign);

    let (mut tops, mut y) = (Vec::new(), 0);
    for (layer, gap) in layers.layers.iter().zip(&mut gaps) {
        tops.push(y);
        y += layer.iter().map(|&at| layers.nodes[at].size.h).max().unwrap_or_default();
        gap.y = y;
        let into_box = gap.nets.keys().any(|net| matches!(net, Net::To(_)));
        let across = if gap.tracks == 0 { 0 } else { EDGE + (gap.tracks as i32 - 1) * TRACK };
        y += if gap.nets.is_empty() { 0 } else { EDGE + across + if into_box { TIP } else { 0 } };
    }

    let columns = Columns::fit(layers, across, &gaps, &tops, y);
    let x = (0..across.len()).map(|at| across[at] + columns.shift[layers.nodes[at].layer].0).collect();
    for (top, (_, down)) in tops.iter_mut().zip(&columns.shift) {
        *top += down;
    }
    for (gap, (_, down)) in gaps.iter_mut().zip(&columns.shift) {
        gap.y += down;
    }
    let whole = Drawing { layers, arrows, gaps, tops, x, columns };
    let rect = |at: usize| {
        let size = layers.nodes[at].size;
        Rect { x: whole.x[at] - size.w / 2, y: whole.tops[layers.nodes[at].layer], w: size.w, h: size.h }
    };
    let mut places = vec![Rect::default(); boxes.len()];
    for (at, node) in layers.nodes.iter().enumerate() {
        if let Kind::Box(n) = node.kind {
            places[n] = rect(at);
        }
    }
    let lines = layers.chains.iter().enumerate().map(|(n, chain)| Line {
        points: whole.points(chain),
        label: arrows[n].label.map(|_| rect(chain[1])),
        back: layers.back[n],
    });
    let start = layers.start.map(|(mark, first)| whole.points(&[mark, first])).unwrap_or_default();
    Layout { size: whole.columns.size, boxes: places, lines: lines.collect(), start }
}

/// Which net a link belongs to.
fn net(layers: &Layers, arrows: &[Arrow], upper: usize, lower: usize) -> Net {
    match (layers.nodes[upper].kind, layers.nodes[lower].kind) {
        (Kind::Box(from), _) => Net::From(from),
        (Kind::Label(arrow), _) => Net::To(arrows[arrow].to),
        (Kind::Down(to) | Kind::Up(to) | Kind::Turn(to), _) | (Kind::Start, Kind::Box(to)) => Net::To(to),
        (Kind::Start, _) => unreachable!("below the start is a box"),
    }
}

/// Gives each net that goes across a track, so that few lines cross and none lie on each other.
fn assign(gap: &mut Gap) {
    let mut order: Vec<&mut Pins> = gap.nets.values_mut().filter(|pins| !pins.is_straight()).collect();
    order.sort_by_key(|pins| pins.span());
    for _ in 0..order.len().min(40) {
        let mut better = false;
        for at in 1..order.len() {
            if order[at].above(order[at - 1]) < order[at - 1].above(order[at]) {
                order.swap(at - 1, at);
                better = true;
            }
        }
        if !better {
            break;
        }
    }
    for at in 0..order.len() {
        let (before, rest) = order.split_at_mut(at);
        let above = before.iter().filter(|other| other.meets(rest[0])).filter_map(|other| other.track).max();
        let track = above.map_or(0, |track| track + 1);
        rest[0].track = Some(track);
        gap.tracks = gap.tracks.max(track + 1);
    }
}

/// The layers in columns side by side, so that a long flow fits on a page. Between two columns the lines go on in a
/// channel: along the bottom, up, and along the top of the next column.
struct Columns {
    /// How far each layer moves, to the right and down.
    shift: Vec<(i32, i32)>,
    size: Size,
    /// The gaps below which a new column begins.
    cuts: BTreeMap<usize, Channel>,
}

struct Channel {
    /// Its nets, the innermost first.
    nets: Vec<Net>,
    /// Where the innermost runs: along the bottom, up, and along the top.
    bottom: i32,
    x: i32,
    top: i32,
}

impl Columns {
    /// As many columns as make the drawing largest on a page.
    fn fit(layers: &Layers, across: &[i32], gaps: &[Gap], tops: &[i32], height: i32) -> Self {
        let mut best = Self::new(layers, across, gaps, tops, &[]);
        if height <= TALL {
            return best;
        }
        for count in 2..=MOST {
            let mut cuts: Vec<usize> = Vec::new();
            for n in 1..count {
                let wanted = height * n / count;
                let after = cuts.last().map_or(1, |cut| cut + 1);
                // Below labels, where few lines go on.
                let all = (after..layers.layers.len() - 1).filter(|gap| gap % 2 == 0 && !gaps[*gap].nets.is_empty());
                cuts.extend(all.min_by_key(|gap| (gaps[*gap].y - wanted).abs() + 25 * gaps[*gap].nets.len() as i32));
            }
            let next = Self::new(layers, across, gaps, tops, &cuts);
            if next.scale() > best.scale() * WORTH {
                best = next;
            }
        }
        best
    }

    /// How large it is on a page of the A series, upright or not.
    fn scale(&self) -> f64 {
        let (w, h) = (f64::from(self.size.w), f64::from(self.size.h));
        (1.414 / w).min(1.0 / h).max((1.0 / w).min(1.414 / h))
    }

    fn new(layers: &Layers, across: &[i32], gaps: &[Gap], tops: &[i32], cuts: &[usize]) -> Self {
        let mut this = Self { shift: Vec::new(), size: Size::default(), cuts: BTreeMap::new() };
        let (mut x, mut first, mut lead) = (MARGIN, 0, 0);
        for last in cuts.iter().copied().chain([layers.layers.len() - 1]) {
            let sides = layers.layers[first..=last].iter().flatten().map(|&at| {
                let half = layers.nodes[at].size.w / 2;
                (across[at] - half, across[at] + half)
            });
            let (left, right) = sides.fold((i32::MAX, i32::MIN), |(a, b), (left, right)| (a.min(left), b.max(right)));
            let down = MARGIN + lead - tops[first];
            this.shift.resize(last + 1, (x - left, down));
            x += right - left;
            let mut bottom = gaps[last].y + down;
            if last + 1 < layers.layers.len() {
                let mut nets: Vec<Net> = gaps[last].nets.keys().copied().collect();
                nets.sort_by_key(|net| std::cmp::Reverse(gaps[last].nets[net].span().1));
                let wide = (nets.len() as i32 - 1) * TRACK;
                this.cuts.insert(last, Channel { nets, bottom: bottom + EDGE, x: x + COLUMNS, top: MARGIN });
                bottom += EDGE + wide;
                x += COLUMNS + wide + COLUMNS;
                lead = wide + EDGE + TIP;
            }
            this.size.h = this.size.h.max(bottom + MARGIN);
            first = last + 1;
        }
        this.size.w = x + MARGIN;
        this
    }
}

struct Drawing<'a> {
    layers: &'a Layers,
    arrows: &'a [Arrow],
    gaps: Vec<Gap>,
    tops: Vec<i32>,
    x: Vec<i32>,
    columns: Columns,
}

impl Drawing<'_> {
    /// The bends of a line through these nodes.
    fn points(&self, chain: &[usize]) -> Vec<(i32, i32)> {
        let (first, last) = (chain[0], chain[chain.len() - 1]);
        let node = |at: usize| &self.layers.nodes[at];
        let bottom = self.tops[node(first).layer] + node(first).size.h;
        let mut points = vec![(self.x[first], bottom)];
        for pair in chain.windows(2) {
            let (from, to) = (self.x[pair[0]], self.x[pair[1]]);
            // A line that turns stays in its layer: below a label, above a box.
            let (a, b) = (node(pair[0]), node(pair[1]));
            let gap = match (a.layer == b.layer, b.kind) {
                (true, Kind::Box(_)) => a.layer - 1,
                (true, _) => a.layer,
                (false, _) => a.layer.min(b.layer),
            };
            let key = match (a.kind, a.layer < b.layer) {
                (Kind::Up(to), _) => Net::To(to),
                (_, true) => net(self.layers, self.arrows, pair[0], pair[1]),
                (Kind::Label(arrow), _) => Net::To(self.arrows[arrow].to),
                _ => unreachable!("only a label and a line up lead to the same layer or up"),
            };
            if let Some(channel) = self.columns.cuts.get(&gap) {
                let track = channel.nets.iter().position(|net| *net == key).expect("all nets of the gap are there");
                let out = track as i32 * TRACK;
                let (x, bottom, top) = (channel.x + out, channel.bottom + out, channel.top + out);
                let side = |layer: usize| if layer == gap { bottom } else { top };
                let (leaves, arrives) = (side(a.layer), side(b.layer));
                points.push((from, leaves));
                if leaves != arrives {
                    points.extend([(x, leaves), (x, arrives)]);
                }
                points.push((to, arrives));
            } else if from != to {
                let track = self.gaps[gap].nets[&key].track.expect("it goes across");
                let y = self.gaps[gap].y + EDGE + track as i32 * TRACK;
                points.extend([(from, y), (to, y)]);
            }
        }
        points.push((self.x[last], self.tops[node(last).layer]));
        points
    }
}
