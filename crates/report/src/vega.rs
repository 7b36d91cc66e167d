//! Figures as Vega-Lite documents, so that a reader can change them. The data are the plotted data, inline.

mod places;

pub(crate) use places::{map, network};

use crate::figure::Words;
use crate::style::{Theme, VEGA_GROUND, VEGA_NEUTRAL, diverging_ends, group_colours};
use serde_json::{Value, json};

const SCHEMA: &str = "https://vega.github.io/schema/vega-lite/v5.json";

/// A view with its data, title and words around it, as the text of a `.vl.json` file.
pub(crate) fn document(view: &Value, words: &Words) -> String {
    let mut document = json!({
        "$schema": SCHEMA,
        "description": words.alt,
        "title": { "text": words.title, "subtitle": words.subtitle, "anchor": "start" },
        "width": 640,
        "height": 400,
        "data": { "values": words.csv.to_rows() },
        "config": {
            "background": VEGA_GROUND,
            "font": "DejaVu Sans, Verdana, sans-serif",
            "view": { "stroke": null }
        }
    });
    if let (Some(document), Some(view)) = (document.as_object_mut(), view.as_object()) {
        document.extend(view.clone());
    }
    format!("{document:#}\n")
}

fn quantity(field: &str, title: &str) -> Value {
    json!({ "field": field, "type": "quantitative", "title": title, "scale": { "zero": false } })
}

fn colours() -> Vec<String> {
    group_colours(Theme::Light).iter().map(ToString::to_string).collect()
}

/// Shapes in the order of the groups.
const SHAPES: [&str; 6] = ["circle", "triangle-up", "square", "diamond", "triangle-down", "cross"];

pub(crate) fn ranking(title: &str) -> Value {
    json!({
        "height": { "step": 20 },
        "mark": { "type": "point", "filled": true, "size": 80, "color": colours()[0] },
        "encoding": {
            "x": quantity("value", title),
            "y": {
                "field": "node_id", "type": "nominal", "title": null,
                "sort": { "field": "rank" }, "axis": { "grid": true, "labelLimit": 240 }
            },
            "tooltip": [{ "field": "label" }, { "field": "value" }, { "field": "rank" }]
        }
    })
}

/// What each bottleneck is worth, firms and links by colour and shape.
pub(crate) fn surge_bottlenecks(title: &str) -> Value {
    let mut view = ranking(title);
    let kind = json!({ "field": "kind", "type": "nominal", "title": null });
    let encoding = &mut view["encoding"];
    encoding["x"]["field"] = json!("price");
    encoding["y"]["field"] = json!("label");
    encoding["color"] = kind.clone();
    encoding["color"]["scale"] = json!({ "domain": ["node", "edge"], "range": &colours()[..2] });
    encoding["shape"] = kind;
    encoding["shape"]["scale"] =
        json!({ "domain": ["node", "edge"], "range": ["circle", "square"] });
    encoding["tooltip"] = json!([{ "field": "label" }, { "field": "price" }, { "field": "baseline" }, { "field": "capacity" }]);
    view
}

/// The way of each node over the periods.
pub(crate) fn key_sector_paths(x_title: &str, y_title: &str) -> Value {
    let mut view = key_sectors(x_title, y_title);
    let way = json!({
        "mark": { "type": "trail", "opacity": 0.6, "color": VEGA_NEUTRAL },
        "encoding": {
            "x": quantity("forward", x_title),
            "y": quantity("backward", y_title),
            "detail": { "field": "node_id" },
            "order": { "field": "period" },
            "size": { "field": "period", "type": "ordinal", "scale": { "range": [0.5, 3] }, "legend": null }
        }
    });
    if let Some(layers) = view["layer"].as_array_mut() {
        layers.push(way);
    }
    view
}

/// One view a period.
pub(crate) fn key_sector_panels(x_title: &str, y_title: &str) -> Value {
    let view = key_sectors(x_title, y_title);
    json!({
        "facet": { "field": "period", "type": "ordinal", "title": null },
        "columns": 3,
        "spec": { "width": 240, "height": 180, "layer": view["layer"] }
    })
}

pub(crate) fn key_sectors(x_title: &str, y_title: &str) -> Value {
    let domain = ["key", "backward", "forward", "weak"];
    let mut range = colours();
    range.truncate(3);
    range.push(VEGA_NEUTRAL.to_owned());
    let rule = json!({ "type": "rule", "color": VEGA_NEUTRAL });
    json!({
        "layer": [
            { "mark": rule, "encoding": { "x": { "datum": 1 } } },
            { "mark": rule, "encoding": { "y": { "datum": 1 } } },
            {
                "mark": { "type": "point", "filled": true, "opacity": 0.85 },
                "encoding": {
                    "x": quantity("forward", x_title),
                    "y": quantity("backward", y_title),
                    "size": { "field": "output", "type": "quantitative", "title": "Output" },
                    "color": {
                        "field": "class", "type": "nominal", "title": "Class",
                        "scale": { "domain": domain, "range": range }
                    },
                    "shape": {
                        "field": "class", "type": "nominal", "title": "Class",
                        "scale": { "domain": domain, "range": &SHAPES[..4] }
                    },
                    "tooltip": [
                        { "field": "label" }, { "field": "forward" }, { "field": "backward" },
                        { "field": "output" }, { "field": "class" }
                    ]
                }
            }
        ]
    })
}

/// Flows or shares between groups: dark is much.
pub(crate) fn flow_matrix(column: &str, groups: &[String], title: &str, log: bool) -> Value {
    matrix(column, ["from_group", "to_group"], [groups, groups], title, &sequential(log))
}

/// Affinities between groups: blue below 1, orange above.
pub(crate) fn affinity_matrix(column: &str, groups: &[String], title: &str) -> Value {
    let range: Vec<String> = diverging_ends(Theme::Light).iter().map(ToString::to_string).collect();
    let scale = json!({ "type": "log", "domain": [0.01, 1, 100], "range": range, "clamp": true });
    matrix(column, ["from_group", "to_group"], [groups, groups], title, &scale)
}

/// A matrix between nodes, in this order of rows and columns: dark is much.
pub(crate) fn node_matrix(rows: &[String], columns: &[String], title: &str, log: bool) -> Value {
    matrix("value", ["row", "col"], [rows, columns], title, &sequential(log))
}

/// Firms by tasks: dark is much.
pub(crate) fn task_matrix(firms: &[String], tasks: &[String], column: &str, title: &str) -> Value {
    let mut view = matrix(column, ["label", "task"], [firms, tasks], title, &sequential(false));
    view["encoding"]["x"]["title"] = json!("Task");
    view["encoding"]["y"]["title"] = Value::Null;
    view
}

/// Groups in rows, periods in columns.
pub(crate) fn group_matrix(
    groups: &[String],
    periods: &[String],
    column: &str,
    title: &str,
) -> Value {
    let mut view =
        matrix(column, ["group", "period"], [groups, periods], title, &sequential(false));
    view["encoding"]["x"]["title"] = json!("Period");
    view["encoding"]["y"]["title"] = Value::Null;
    view
}

fn sequential(log: bool) -> Value {
    json!({ "type": if log { "log" } else { "linear" }, "scheme": "cividis", "reverse": true })
}

fn matrix(
    column: &str,
    [row, col]: [&str; 2],
    [rows, columns]: [&[String]; 2],
    title: &str,
    scale: &Value,
) -> Value {
    let axis = |title: &str, field: &str, sort: &[String]| json!({ "field": field, "type": "nominal", "sort": sort, "title": title });
    json!({
        "transform": [{ "filter": format!("datum.{column} > 0") }],
        "mark": "rect",
        "encoding": {
            "x": axis("Buyer", col, columns),
            "y": axis("Seller", row, rows),
            "color": {
                "field": column, "type": "quantitative", "title": title, "scale": scale
            },
            "tooltip": [{ "field": row }, { "field": col }, { "field": column }]
        }
    })
}

/// What is lost without each node: one mark a kind of linkage.
pub(crate) fn extraction(kinds: &[&str], title: &str) -> Value {
    let kind = |range: Value| {
        json!({
            "field": "kind", "type": "nominal", "title": "Extracted", "sort": kinds,
            "scale": { "domain": kinds, "range": range }
        })
    };
    let mut x = quantity("loss", title);
    x["axis"] = json!({ "format": "%" });
    json!({
        "height": { "step": 20 },
        "transform": [{ "fold": kinds, "as": ["kind", "loss"] }, { "filter": "isValid(datum.loss)" }],
        "mark": { "type": "point", "filled": true, "size": 80 },
        "encoding": {
            "x": x,
            "y": {
                "field": "node_id", "type": "nominal", "title": null,
                "sort": { "field": "rank" }, "axis": { "grid": true, "labelLimit": 240 }
            },
            "color": kind(json!(&colours()[..kinds.len()])),
            "shape": kind(json!(&SHAPES[..kinds.len()])),
            "tooltip": [{ "field": "label" }, { "field": "kind" }, { "field": "loss" }]
        }
    })
}

/// Parts of a whole, one bar a country.
pub(crate) fn stacked_shares(parts: &[(&str, String)], title: &str) -> Value {
    let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    let range: Vec<&str> = parts.iter().map(|(_, colour)| colour.as_str()).collect();
    json!({
        "height": { "step": 20 },
        "transform": [{
            "calculate": format!("indexof({}, datum.part)", json!(names)), "as": "place"
        }],
        "mark": { "type": "bar", "stroke": VEGA_GROUND, "strokeWidth": 0.5 },
        "encoding": {
            "x": {
                "field": "share", "type": "quantitative", "title": title, "stack": "zero",
                "axis": { "format": "%" }
            },
            "y": {
                "field": "country", "type": "nominal", "title": null,
                "sort": { "field": "rank" }
            },
            "color": {
                "field": "part", "type": "nominal", "title": null, "sort": names,
                "scale": { "domain": names, "range": range }
            },
            "order": { "field": "place" },
            "tooltip": [{ "field": "country" }, { "field": "part" }, { "field": "share" }, { "field": "value" }]
        }
    })
}

pub(crate) fn robustness_curve(column: &str, things: &str, title: &str) -> Value {
    let curve =
        json!({ "field": "curve", "type": "nominal", "title": "Order of removal", "sort": null });
    let mut dashed = curve.clone();
    dashed["legend"] = Value::Null;
    let mut coloured = curve;
    coloured["scale"] = json!({ "range": colours() });
    let x = quantity("fraction_removed", &format!("Share of {things} removed"));
    json!({
        "transform": [{
            "calculate": "datum.mode ? datum.scenario + ', ' + datum.mode : datum.scenario", "as": "curve"
        }],
        "layer": [
            {
                "transform": [{ "filter": "isValid(datum.lower) && isValid(datum.upper)" }],
                "mark": { "type": "area", "opacity": 0.2 },
                "encoding": {
                    "x": x, "color": coloured,
                    "y": quantity("lower", title), "y2": { "field": "upper" }
                }
            },
            {
                "mark": { "type": "line", "strokeWidth": 2 },
                "encoding": {
                    "x": x, "y": quantity(column, title), "color": coloured, "strokeDash": dashed,
                    "order": { "field": "fraction_removed" }
                }
            }
        ]
    })
}

pub(crate) fn shock_path(x_title: &str) -> Value {
    json!({
        "transform": [{ "calculate": "datum.node_id ? datum.node_id : 'All firms'", "as": "firm" }],
        "mark": { "type": "line", "strokeWidth": 2 },
        "encoding": {
            "x": quantity("step", x_title),
            "y": quantity("left", "Production, share of before"),
            "color": { "field": "firm", "type": "nominal", "title": null, "sort": null, "scale": { "range": colours() } },
            "strokeDash": { "field": "firm", "type": "nominal", "legend": null, "sort": null },
            "order": { "field": "step" }
        }
    })
}

pub(crate) fn trend() -> Value {
    json!({
        "facet": { "field": "figure", "type": "nominal", "title": null, "sort": null },
        "columns": 3,
        "resolve": { "scale": { "y": "independent" } },
        "spec": {
            "width": 180, "height": 100,
            "layer": [{ "mark": "line" }, { "mark": { "type": "point", "filled": true } }],
            "encoding": {
                "x": { "field": "period", "type": "ordinal", "title": null },
                "y": { "field": "value", "type": "quantitative", "title": null, "scale": { "zero": false } },
                "color": { "value": colours()[0] },
                "tooltip": [{ "field": "period" }, { "field": "value" }, { "field": "unit" }]
            }
        }
    })
}

pub(crate) fn esri_profile(parts: &[&str]) -> Value {
    let log = |field: &str, title: &str| json!({ "field": field, "type": "quantitative", "title": title, "scale": { "type": "log" } });
    let part = |range: Value| json!({ "field": "part", "type": "nominal", "title": null, "sort": parts, "scale": { "domain": parts, "range": range } });
    json!({
        "transform": [{ "filter": "datum.value > 0" }],
        "mark": { "type": "point", "filled": true, "size": 30, "opacity": 0.8 },
        "encoding": {
            "x": log("rank", "Rank"),
            "y": log("value", "Share that is lost"),
            "color": part(json!(colours()[..parts.len()])),
            "shape": part(json!(SHAPES[..parts.len()])),
            "tooltip": [{ "field": "node_id" }, { "field": "part" }, { "field": "value" }]
        }
    })
}

pub(crate) fn lorenz(grouped: bool) -> Value {
    let share = |field: &str, title: &str| json!({ "field": field, "type": "quantitative", "title": title, "scale": { "domain": [0, 1] } });
    let mut encoding = json!({
        "x": share("share_of_nodes", "Share of nodes, smallest first"),
        "y": share("share_of_total", "Share of the total"),
        "tooltip": [{ "field": "group" }, { "field": "share_of_nodes" }, { "field": "share_of_total" }]
    });
    encoding["color"] = if grouped {
        json!({ "field": "group", "type": "nominal", "title": null, "sort": null, "scale": { "range": colours() } })
    } else {
        json!({ "value": colours()[0] })
    };
    json!({ "mark": { "type": "line" }, "encoding": encoding })
}

pub(crate) fn ccdf(title: &str, grouped: bool) -> Value {
    let log = |field: &str, title: &str| json!({ "field": field, "type": "quantitative", "title": title, "scale": { "type": "log" } });
    let mut encoding = json!({
        "x": log("value", title),
        "y": log("share_at_least", "Share of nodes at or above"),
        "tooltip": [{ "field": "group" }, { "field": "value" }, { "field": "share_at_least" }]
    });
    if grouped {
        let group = |range: Value| {
            json!({
                "field": "group", "type": "nominal", "title": null, "sort": null,
                "scale": { "range": range }
            })
        };
        let mut colours = colours();
        colours.push(VEGA_NEUTRAL.to_owned());
        encoding["color"] = group(json!(colours));
        encoding["shape"] = group(json!(SHAPES));
    } else {
        encoding["color"] = json!({ "value": colours()[0] });
    }
    json!({
        "mark": { "type": "point", "filled": true, "size": 30, "opacity": 0.8 },
        "encoding": encoding
    })
}

/// A row a unit, with a mark for each of these columns and a line between the first two.
pub(crate) fn collective_efficiency(parts: &[(&str, &str)]) -> Value {
    let columns: Vec<&str> = parts.iter().map(|(column, _)| *column).collect();
    let names: Vec<&str> = parts.iter().map(|(_, name)| *name).collect();
    let unit = json!({
        "field": "unit", "type": "nominal", "title": null, "sort": { "field": "rank" },
        "axis": { "grid": true, "labelLimit": 240 }
    });
    let part = |range: Value| {
        json!({
            "field": "part", "type": "nominal", "title": null, "sort": columns,
            "scale": { "domain": columns, "range": range },
            "legend": { "labelExpr": format!("{}[indexof({}, datum.value)]", json!(names), json!(columns)) }
        })
    };
    json!({
        "height": { "step": 24 },
        "layer": [
            {
                "mark": { "type": "rule", "color": VEGA_NEUTRAL },
                "encoding": {
                    "x": quantity(columns[0], "Value of the index"), "x2": { "field": columns[1] },
                    "y": unit
                }
            },
            {
                "transform": [
                    { "fold": columns, "as": ["part", "value"] }, { "filter": "isValid(datum.value)" }
                ],
                "mark": { "type": "point", "filled": true, "size": 80 },
                "encoding": {
                    "x": quantity("value", "Value of the index"),
                    "y": unit,
                    "color": part(json!(&colours()[..columns.len()])),
                    "shape": part(json!(&SHAPES[..columns.len()])),
                    "tooltip": [
                        { "field": "unit" }, { "field": "part" }, { "field": "value" },
                        { "field": "rank" }, { "field": "rank_p05" }, { "field": "rank_p95" }
                    ]
                }
            }
        ]
    })
}

/// Bars of what random networks give and points of what is, in standard deviations.
pub(crate) fn null_models() -> Value {
    let metric = json!({
        "field": "metric", "type": "nominal", "title": null, "sort": null,
        "axis": { "grid": true, "labelLimit": 300 }
    });
    let title = "Standard deviations from what chance gives";
    let colour = &colours()[0];
    json!({
        "height": { "step": 20 },
        "transform": [{ "filter": "isValid(datum.z)" }],
        "layer": [
            {
                "mark": { "type": "bar", "color": VEGA_NEUTRAL, "opacity": 0.4, "height": 10 },
                "encoding": { "x": quantity("z_p025", title), "x2": { "field": "z_p975" }, "y": metric }
            },
            {
                "mark": { "type": "point", "size": 80, "color": colour, "fill": VEGA_GROUND },
                "encoding": {
                    "x": quantity("z", title),
                    "y": metric,
                    "fill": {
                        "condition": { "test": "isValid(datum.p_two_sided) && datum.p_two_sided <= 0.05", "value": colour },
                        "value": VEGA_GROUND
                    },
                    "tooltip": [
                        { "field": "metric" }, { "field": "observed" }, { "field": "null_mean" },
                        { "field": "p_two_sided" }
                    ]
                }
            }
        ]
    })
}

/// Steps with their bands, a curve a group of links.
pub(crate) fn link_survival() -> Value {
    let mut range = colours();
    range.push(VEGA_NEUTRAL.to_owned());
    let curve = |scale: Value| json!({ "field": "curve", "type": "nominal", "title": null, "sort": null, "scale": scale });
    let x = quantity("age", "Age in periods");
    json!({
        "layer": [
            {
                "transform": [{ "filter": "isValid(datum.lower) && isValid(datum.upper)" }],
                "mark": { "type": "area", "interpolate": "step-after", "opacity": 0.15 },
                "encoding": {
                    "x": x, "y": quantity("lower", "Share that lasts"), "y2": { "field": "upper" },
                    "color": curve(json!({ "range": range }))
                }
            },
            {
                "mark": { "type": "line", "interpolate": "step-after", "point": true },
                "encoding": {
                    "x": x, "y": quantity("survival", "Share that lasts"),
                    "color": curve(json!({ "range": range })),
                    "strokeDash": curve(json!({})),
                    "tooltip": [{ "field": "curve" }, { "field": "age" }, { "field": "survival" }]
                }
            }
        ]
    })
}

/// A panel a sector: the observed curve, what chance gives, and its bands.
pub(crate) fn spatial_curve(function: &str) -> Value {
    let x = quantity("r", "Distance");
    let line = |field: &str, mark: Value| json!({ "mark": mark, "encoding": { "x": x, "y": quantity(field, function) } });
    let dashed =
        |dash: [f64; 2]| json!({ "type": "line", "strokeDash": dash, "color": VEGA_NEUTRAL });
    json!({
        "transform": [{
            "calculate": "(datum.sector || 'all firms') + (datum.neighbour ? ', ' + datum.neighbour + ' nearby' : '')",
            "as": "panel"
        }],
        "facet": { "field": "panel", "type": "nominal", "title": null, "sort": null },
        "columns": 3,
        "resolve": { "scale": { "y": "independent", "x": "independent" } },
        "spec": {
            "width": 200, "height": 140,
            "layer": [
                {
                    "mark": { "type": "area", "color": VEGA_NEUTRAL, "opacity": 0.3 },
                    "encoding": {
                        "x": x, "y": quantity("local_lo", function), "y2": { "field": "local_hi" }
                    }
                },
                line("global_lo", dashed([5.0, 2.0])),
                line("global_hi", dashed([5.0, 2.0])),
                line("theo", dashed([1.5, 1.5])),
                line("value", json!({ "type": "line", "color": colours()[0] }))
            ]
        }
    })
}

/// Local Moran by rank, in these classes with their places among the groups; grey without one.
pub(crate) fn moran_scatter(classes: &[(&str, Option<usize>)]) -> Value {
    let colours = colours();
    let names: Vec<&str> = classes.iter().map(|(name, _)| *name).collect();
    let colour = |group: &Option<usize>| group.map_or(VEGA_NEUTRAL, |group| &colours[group]);
    let range: Vec<&str> = classes.iter().map(|(_, group)| colour(group)).collect();
    let shapes: Vec<&str> =
        classes.iter().map(|(_, group)| group.map_or("stroke", |group| SHAPES[group])).collect();
    let class = |range: Value| json!({ "field": "class", "type": "nominal", "title": null, "sort": null, "scale": { "domain": names, "range": range } });
    json!({
        "mark": { "type": "point", "filled": true, "opacity": 0.85 },
        "encoding": {
            "x": quantity("rank", "Rank"),
            "y": quantity("local_moran", "Local Moran"),
            "color": class(json!(range)),
            "shape": class(json!(shapes)),
            "tooltip": [
                { "field": "label" }, { "field": "local_moran" }, { "field": "local_moran_p" },
                { "field": "class" }
            ]
        }
    })
}

/// The ranks of nodes over periods.
pub(crate) fn rank_flow(title: &str) -> Value {
    let node = |scale: Value| json!({ "field": "node_id", "type": "nominal", "title": null, "sort": null, "scale": scale });
    json!({
        "mark": { "type": "line", "point": true, "interpolate": "monotone" },
        "encoding": {
            "x": { "field": "period", "type": "ordinal", "title": null },
            "y": {
                "field": "rank", "type": "quantitative", "title": format!("Rank by {}", title.to_lowercase()),
                "scale": { "reverse": true, "zero": false }, "axis": { "tickMinStep": 1 }
            },
            "color": node(json!({ "range": colours() })),
            "strokeDash": node(json!({})),
            "tooltip": [
                { "field": "label" }, { "field": "period" }, { "field": "rank" }, { "field": "value" }
            ]
        }
    })
}
