//! Nodes where they are, or where their trade puts them.

use super::{SHAPES, colours};
use crate::style::VEGA_NEUTRAL;
use serde_json::{Value, json};

/// Firms at their places, in these groups.
pub(crate) fn map(groups: &[&str], size: &str) -> Value {
    let mut encoding = json!({
        "longitude": { "field": "lon", "type": "quantitative" },
        "latitude": { "field": "lat", "type": "quantitative" },
        "size": { "field": "size", "type": "quantitative", "title": size },
        "tooltip": [{ "field": "label" }, { "field": "kind" }, { "field": "size" }]
    });
    group_marks(&mut encoding, groups);
    json!({
        "projection": { "type": "equirectangular" },
        "mark": { "type": "point", "filled": true, "opacity": 0.85 },
        "encoding": encoding
    })
}

/// Links as lines, and on them the nodes.
pub(crate) fn network(groups: &[&str], unit: &str) -> Value {
    let place = |field: &str| json!({ "field": field, "type": "quantitative", "axis": null, "scale": { "nice": false } });
    let down = json!({ "field": "y", "type": "quantitative", "axis": null, "scale": { "reverse": true, "nice": false } });
    let title = if unit.is_empty() { "trade".to_owned() } else { format!("trade ({unit})") };
    let is = |element: &str| json!([{ "filter": { "field": "element", "equal": element } }]);
    let mut marks = json!({
        "x": place("x"),
        "y": down,
        "size": { "field": "value", "type": "quantitative", "title": title },
        "tooltip": [{ "field": "label" }, { "field": "kind" }, { "field": "value" }]
    });
    group_marks(&mut marks, groups);
    json!({
        "layer": [
            {
                "transform": is("link"),
                "mark": { "type": "rule", "color": VEGA_NEUTRAL, "opacity": 0.3 },
                "encoding": {
                    "x": place("x"), "y": down, "x2": { "field": "to_x" }, "y2": { "field": "to_y" },
                    "strokeWidth": { "field": "value", "type": "quantitative", "legend": null },
                    "tooltip": [{ "field": "id" }, { "field": "to_id" }, { "field": "value" }]
                }
            },
            {
                "transform": is("node"),
                "mark": { "type": "point", "filled": true, "opacity": 0.9 },
                "encoding": marks
            }
        ]
    })
}

/// Colour and shape by group, with one for all others.
fn group_marks(encoding: &mut Value, groups: &[&str]) {
    if groups.is_empty() {
        encoding["color"] = json!({ "value": colours()[0] });
        return;
    }
    let mut domain = groups.to_vec();
    let mut range = colours();
    range.truncate(domain.len());
    let mut shapes = SHAPES[..domain.len()].to_vec();
    domain.push("other");
    range.push(VEGA_NEUTRAL.to_owned());
    shapes.push("circle");
    let group = |range: Value| json!({ "field": "group", "type": "nominal", "title": null, "scale": { "domain": domain, "range": range } });
    encoding["color"] = group(json!(range));
    encoding["shape"] = group(json!(shapes));
}
