//! Which firms are like their neighbours, and which are not.

use super::input::{Names, Options, in_period, period, rows_of, words};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::axis::{Axis, Plot, axes_of_counts};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::geometry::{Point, Rect};
use crate::number::{count, counted, short};
use crate::place::{Obstacles, Wish};
use crate::scale::{Range, axis_range};
use crate::style::{Shape, Sheet, group_colour};
use crate::svg::Element;
use crate::text::{Weight, fit, label, width};
use crate::{ReportError, Style, vega};
use palenque_graph::{Table, TableId};

/// Local Moran by rank.
#[derive(Debug)]
pub(super) struct MoranScatter;

static SPEC: ChartSpec = ChartSpec {
    name: "moran_scatter",
    summary: "Local Moran of every firm by rank: which are like their neighbours, which unlike. The values of neighbours are in no table, so \
              this is not the scatter of values against them.",
    reading: "At the left firms that are like their neighbours, at the right those that are unlike them. Filled marks have p of at most \
              0.05; of twenty firms anywhere one is filled by chance alone. High among high is a hot spot, low among low a cold \
              one.",
    needs: &[TableId::NodeMetrics],
    needs_network: false,
    options: &[
        (
            "labels",
            "6",
            "how many firms of p at most 0.05 are named, those furthest from zero, 0 to 50",
        ),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// What a firm is among its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    HighAmongHigh,
    LowAmongLow,
    Like,
    Unlike,
    Chance,
}

impl Class {
    const ALL: [Self; 5] =
        [Self::HighAmongHigh, Self::LowAmongLow, Self::Like, Self::Unlike, Self::Chance];

    fn name(self) -> &'static str {
        match self {
            Self::HighAmongHigh => "high among high",
            Self::LowAmongLow => "low among low",
            Self::Like => "like its neighbours",
            Self::Unlike => "unlike its neighbours",
            Self::Chance => "may be chance (p > 0.05)",
        }
    }

    /// Place among shapes and colours; none for those that may be chance.
    fn group(self) -> Option<usize> {
        match self {
            Self::HighAmongHigh | Self::Like => Some(0),
            Self::Unlike => Some(1),
            Self::LowAmongLow => Some(2),
            Self::Chance => None,
        }
    }
}

#[derive(Debug)]
struct Firm {
    id: String,
    name: String,
    local: f64,
    p: Option<f64>,
    class: Class,
}

/// The plotted data, most like its neighbours first.
#[derive(Debug)]
struct Points {
    firms: Vec<Firm>,
    n_undefined: usize,
    /// Moran's I of all firms and its p.
    moran: Option<(f64, Option<f64>)>,
    n_labels: usize,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::NodeMetrics)?;
    if table.column("local_moran").is_none() {
        let what = "column `local_moran` in `node_metrics`: measure `spatial_autocorrelation`";
        return Err(ReportError::InputMissing { what: what.to_owned() });
    }
    let period = period(table, options)?;
    let names = Names::of(input);
    let firms = rows_of(table, &period).map(|row| firm(table, row, &names));
    let (known, unknown): (Vec<_>, Vec<_>) = firms.partition(Option::is_some);
    let mut firms: Vec<Firm> = known.into_iter().flatten().collect();
    if firms.is_empty() {
        return Err(ReportError::Empty { why: "no firm has a local Moran".into() });
    }
    firms.sort_by(|a, b| b.local.total_cmp(&a.local)); // stable: ties in table order
    let summary = input.table(TableId::NetworkSummary).ok();
    let figure = |name: &str| {
        let summary = summary?;
        let is_it = |row: &usize| summary.text("metric", *row) == Some(name);
        rows_of(summary, &period).find(is_it).map(|row| (summary, row))
    };
    let value = |name: &str| figure(name).and_then(|(summary, row)| summary.number("value", row));
    let of = figure("moran_i").and_then(|(summary, row)| {
        let params = summary.text("params", row)?;
        params.split(';').find_map(|param| param.strip_prefix("of="))
    });
    let of = of.map(|of| format!(" of {}", label(&words(of)).to_lowercase())).unwrap_or_default();
    let title = options.title(format!("Local Moran{of}{}", in_period(&period)));
    let n_labels = options.number("labels", 0, 50)?;
    let moran = value("moran_i").map(|i| (i, value("moran_p")));
    Ok(Points { firms, n_undefined: unknown.len(), moran, n_labels, title, period })
}

fn firm(table: &Table, row: usize, names: &Names<'_>) -> Option<Firm> {
    let local = table.number("local_moran", row)?;
    let id = table.text("node_id", row).unwrap_or_default();
    let p = table.number("local_moran_p", row);
    // Where a firm is like its neighbours, Gi* has the sign of all of them.
    let class = match table.number("gi_star_z", row) {
        _ if p.is_none_or(|p| p > 0.05) => Class::Chance,
        _ if local < 0.0 => Class::Unlike,
        Some(z) if z > 0.0 => Class::HighAmongHigh,
        Some(_) => Class::LowAmongLow,
        None => Class::Like,
    };
    Some(Firm { id: id.to_owned(), name: names.shown(id), local, p, class })
}

impl Points {
    fn csv(&self) -> Csv {
        let header =
            ["period", "rank", "node_id", "label", "local_moran", "local_moran_p", "class"];
        let mut csv = Csv::with_header(&header);
        for (rank, firm) in (1..).zip(&self.firms) {
            csv.text(&self.period).count(rank).text(&firm.id).text(&firm.name);
            csv.number(firm.local).number(firm.p).text(firm.class.name()).end_row();
        }
        csv
    }

    fn n_of(&self, class: Class) -> usize {
        self.firms.iter().filter(|firm| firm.class == class).count()
    }

    fn overall(&self) -> Option<String> {
        let (i, p) = self.moran?;
        let p = p.map(|p| format!(", p {}", short(p))).unwrap_or_default();
        Some(format!("Moran's I of all: {}{p}.", short(i)))
    }

    fn alt(&self) -> String {
        let classes = Class::ALL.into_iter().filter(|class| self.n_of(*class) > 0);
        let told = classes.map(|class| format!("{} {}", count(self.n_of(class)), class.name()));
        let mut said = vec![format!(
            "Local Moran of {} by rank{}: {}.",
            counted(self.firms.len(), "firm", "firms"),
            in_period(&self.period),
            told.collect::<Vec<_>>().join(", ")
        )];
        let (first, last) = (&self.firms[0], &self.firms[self.firms.len() - 1]);
        said.push(format!(
            "{} is most like its neighbours with {}, {} least with {}.",
            first.name,
            short(first.local),
            last.name,
            short(last.local)
        ));
        said.extend(self.overall());
        said.join(" ")
    }

    fn subtitle(&self) -> String {
        let mut said =
            vec!["Above 0, a firm is like its neighbours; below, unlike them.".to_owned()];
        said.extend(self.overall());
        if self.n_undefined > 0 {
            let firms = counted(self.n_undefined, "firm", "firms");
            said.push(format!("Not drawn: {firms} without neighbours or a value."));
        }
        said.join(" ")
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let present: Vec<Class> =
        Class::ALL.into_iter().filter(|class| points.n_of(*class) > 0).collect();
    let groups = present.iter().map(|class| (class.name(), class.group()));
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::moran_scatter(&groups.collect::<Vec<_>>())),
    };
    let mut figure = Figure::new(words, style, Sheet::of(style).label * 22.0);
    let sheet = figure.sheet;
    let legend = present.iter().map(|class| {
        let sample = match class.group() {
            Some(group) => Sample::Point(Shape::of(group), group_colour(group, &sheet.ink), false),
            None => Sample::Ring(sheet.ink.neutral),
        };
        (sample, format!("{} ({})", class.name(), count(points.n_of(*class))))
    });
    figure.legend(&legend.collect::<Vec<_>>());
    let values: Vec<f64> = points.firms.iter().map(|firm| firm.local).chain([0.0]).collect();
    let n = points.firms.len() as f64;
    let plot = axes_of_counts(
        &mut figure,
        &Axis { range: Range { low: 0.0, high: n + 1.0 }, log: false, title: "Rank" },
        &Axis { range: axis_range(&values).padded(0.05), log: false, title: "Local Moran" },
    );
    let zero = plot.y.place(0.0);
    figure.push(figure.rule((plot.inside.x, zero), (plot.inside.right(), zero)));
    let many = points.firms.len() > 200;
    let radius = sheet.point * if many { 0.6 } else { 0.8 };
    let at =
        |rank: usize| (plot.x.place(rank as f64 + 1.0), plot.y.place(points.firms[rank].local));
    let is_sure = |firm: &Firm| firm.class != Class::Chance;
    let mut order: Vec<usize> = (0..points.firms.len()).collect();
    order.sort_by_key(|rank| is_sure(&points.firms[*rank])); // stable: what is sure lies on top
    for rank in order {
        let firm = &points.firms[rank];
        let mark = if let Some(group) = firm.class.group() {
            let mark = Shape::of(group).at(at(rank), radius * 1.2);
            let mark = mark.fill(group_colour(group, &sheet.ink));
            // Rims of many that stand close would hide them.
            if many { mark } else { figure.rim(mark).class("edge") }
        } else {
            let ring = Element::circle(at(rank), radius * 0.8).fill(sheet.ink.ground);
            ring.stroke(sheet.ink.neutral, sheet.line).class("ground")
        };
        let p = firm.p.map(|p| format!(", p {}", short(p))).unwrap_or_default();
        let tip = format!("{}: {}{p}, {}", firm.name, short(firm.local), firm.class.name());
        figure.push(mark.tooltip(&tip));
    }
    let discs: Vec<(Point, f64)> =
        (0..points.firms.len()).map(|rank| (at(rank), radius * 1.2)).collect();
    labels(points, &discs, &plot, zero, &mut figure);
    figure.finish()
}

/// The names of sure firms furthest from zero, where there is room.
fn labels(points: &Points, discs: &[(Point, f64)], plot: &Plot, zero: f64, figure: &mut Figure) {
    let size = figure.sheet.tick;
    let mut named: Vec<usize> =
        (0..points.firms.len()).filter(|rank| points.firms[*rank].class != Class::Chance).collect();
    let far = |rank: usize| points.firms[rank].local.abs();
    named.sort_by(|a, b| far(*b).total_cmp(&far(*a)));
    named.truncate(points.n_labels);
    let limit = plot.inside.width * 0.4;
    let names: Vec<String> = named
        .iter()
        .map(|rank| fit(&points.firms[*rank].name, size, Weight::Regular, limit))
        .collect();
    let wishes: Vec<Wish> = named
        .iter()
        .zip(&names)
        .map(|(rank, name)| Wish {
            point: discs[*rank].0,
            radius: discs[*rank].1,
            width: width(name, size, Weight::Regular) + size * 0.3,
            height: size * 1.2,
        })
        .collect();
    let line = Rect::between(plot.inside.x, zero - 0.5, plot.inside.right(), zero + 0.5);
    let obstacles = Obstacles { discs: discs.to_vec(), boxes: vec![line] };
    figure.names_on_marks(&names, &wishes, &obstacles, &plot.inside);
}

impl Chart for MoranScatter {
    fn spec(&self) -> &'static ChartSpec {
        &SPEC
    }

    fn draw(
        &self,
        input: &ChartInput<'_>,
        options: &ChartOptions,
        style: &Style,
    ) -> Result<Drawing, ReportError> {
        Ok(draw(&points(input, &Options::of(&SPEC, options)?)?, style))
    }
}
