//! Where boxes, labels and lines go: a layered drawing from top to bottom, lines in right angles.
//!
//! Boxes and labels stand in layers, and lines cross a layer only in columns of their own, so that no line runs
//! through a box or a label. Lines to the same box join on the way. A line that leads back goes down first, like all
//! others, and then up beside the boxes. The stages: `layers`, `order`, `place`, `route`.

mod layers;
mod order;
mod place;
mod route;
mod simplex;

/// Width and height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// To the right.
    pub w: i32,
    /// Down.
    pub h: i32,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Its left side.
    pub x: i32,
    /// Its upper side.
    pub y: i32,
    /// To the right.
    pub w: i32,
    /// Down.
    pub h: i32,
}

/// What has to be drawn between two boxes.
#[derive(Clone, Copy, Debug)]
pub struct Arrow {
    /// The box it leaves.
    pub from: usize,
    /// The box it leads to.
    pub to: usize,
    /// How large its label is, if it has one.
    pub label: Option<Size>,
}

/// A drawn arrow.
#[derive(Clone, Debug)]
pub struct Line {
    /// From the lower side of one box to the upper side of the other, each bend once.
    pub points: Vec<(i32, i32)>,
    /// Where its label stands.
    pub label: Option<Rect>,
    /// It leads up.
    pub back: bool,
}

/// The whole drawing; its upper left corner is 0, 0.
#[derive(Clone, Debug)]
pub struct Layout {
    /// How large it is.
    pub size: Size,
    /// Where each box is.
    pub boxes: Vec<Rect>,
    /// How each arrow runs.
    pub lines: Vec<Line>,
    /// The line from the mark of the start to the first box.
    pub start: Vec<(i32, i32)>,
}

/// The size of the mark where a run begins.
pub const START: i32 = 12;

/// Lays out boxes and arrows. Between two boxes there is at most one arrow in each direction.
pub fn layout(boxes: &[Size], start: Option<usize>, arrows: &[Arrow]) -> Layout {
    let mut layers = layers::Layers::new(boxes, start, arrows);
    order::order(&mut layers);
    let across = place::place(&layers);
    route::route(&layers, &across, boxes, arrows)
}
