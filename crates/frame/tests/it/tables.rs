//! Tables for the tests.

use palenque_graph::table::{Column, ColumnSpec, Kind, Table, TableId, Unit, Values};

pub(crate) fn spec(name: &'static str, kind: Kind) -> ColumnSpec {
    ColumnSpec { name, kind, unit: Unit::None, meaning: "" }
}

/// A cell of each type.
pub(crate) type Row = (Option<String>, Option<f64>, Option<i64>, Option<bool>);

/// A table of one column of each type, its text as hostile as `text` makes it.
pub(crate) fn table(rows: Vec<Row>) -> Table {
    let (mut ids, mut x, mut n, mut ok) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (id, a, b, c) in rows {
        ids.push(id.map(Into::into));
        x.push(a.unwrap_or(f64::NAN));
        n.push(b);
        ok.push(c);
    }
    let columns = vec![
        Column::new(&spec("node_id", Kind::Text), Values::Text(ids)),
        Column::new(&spec("pagerank", Kind::F64), Values::F64(x)),
        Column::new(&spec("in_degree", Kind::I64), Values::I64(n)),
        Column::new(&spec("essential", Kind::Bool), Values::Bool(ok)),
    ];
    Table::new(TableId::NodeMetrics, columns)
}

/// `n` rows with every type, gaps and text that repeats and that does not.
pub(crate) fn many(n: usize) -> Table {
    let row = |i: usize| {
        let id = (!i.is_multiple_of(11)).then(|| format!("firm_{i}"));
        let x = (!i.is_multiple_of(7)).then(|| (i as f64).sqrt() / 3.0);
        (
            id,
            x,
            (!i.is_multiple_of(5)).then(|| i64::try_from(i).expect("small")),
            (!i.is_multiple_of(3)).then_some(i.is_multiple_of(2)),
        )
    };
    table((0..n).map(row).collect())
}

/// FNV-1a, so that bytes can be compared between processes.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    let step = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}
