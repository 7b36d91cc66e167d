//! Random tables: what is written is read back, and whatever is broken in one has its code and line.

use crate::table::{refusal, table as read_table};
use crate::{codes, graph};
use proptest::prelude::*;
use std::fmt::Write as _;

/// A table whose accounts add up: flows, final demand of two categories, value added.
#[derive(Clone, Debug)]
struct Random {
    flows: Vec<Vec<u32>>,
    demand: Vec<[i32; 2]>,
}

impl Random {
    fn n(&self) -> usize {
        self.flows.len()
    }

    fn output(&self, i: usize) -> i64 {
        let sales: i64 = self.flows[i].iter().map(|&z| i64::from(z)).sum();
        sales + self.demand[i].iter().map(|&f| i64::from(f)).sum::<i64>()
    }

    fn text(&self) -> String {
        let mut text = String::from("sector");
        (0..self.n()).for_each(|j| write!(text, ",s{j}").expect("memory"));
        text += ",fd_a,exports,output\n";
        for i in 0..self.n() {
            let cells = self.flows[i].iter().map(|&z| format!("{z}.25"));
            let demand = self.demand[i].iter().map(ToString::to_string);
            let output = self.output(i) as f64 + 0.25 * self.n() as f64;
            let cells: Vec<String> = cells.chain(demand).chain([output.to_string()]).collect();
            writeln!(text, "s{i},{}", cells.join(",")).expect("memory");
        }
        let added = (0..self.n()).map(|j| {
            let bought: i64 = self.flows.iter().map(|row| i64::from(row[j])).sum();
            (self.output(j) - bought).to_string()
        });
        writeln!(text, "value_added,{},,,", added.collect::<Vec<_>>().join(",")).expect("memory");
        text
    }
}

fn random() -> impl Strategy<Value = Random> {
    (2_usize..7).prop_flat_map(|n| {
        let flows = prop::collection::vec(prop::collection::vec(0_u32..1000, n), n);
        let demand = prop::collection::vec([100_i32..5000, -20..2000], n);
        (flows, demand).prop_map(|(flows, demand)| Random { flows, demand })
    })
}

/// What is broken, and the code that must say so.
#[derive(Clone, Copy, Debug)]
enum Break {
    Nothing,
    Empty,
    Word,
    Negative,
    Output,
    Row,
    Column,
    Twice,
    Total,
    Short,
}

proptest! {
    #[test]
    fn a_table_reads_back_and_each_break_has_its_code(
        table in random(),
        (i, j) in (0_usize..7, 0_usize..7),
        broken in prop::sample::select(vec![
            Break::Nothing, Break::Empty, Break::Word, Break::Negative, Break::Output, Break::Row,
            Break::Column, Break::Twice, Break::Total, Break::Short,
        ]),
    ) {
        let (n, i, j) = (table.n(), i % table.n(), j % table.n());
        let mut rows: Vec<Vec<String>> = table
            .text()
            .lines()
            .map(|line| line.split(',').map(String::from).collect())
            .collect();
        let mut set = |row: usize, column: usize, cell: &str| rows[row][column] = cell.into();
        let (code, line) = match broken {
            Break::Nothing => ("", 0),
            Break::Empty => { set(i + 1, j + 1, ""); ("E0508", i + 2) }
            Break::Word => { set(i + 1, j + 1, "n.a.?"); ("E0303", i + 2) }
            Break::Negative => { set(i + 1, j + 1, "-3"); ("E0505", i + 2) }
            Break::Output => { set(i + 1, n + 3, "1234567"); ("E0503", i + 2) }
            Break::Row => { set(i + 1, 0, "elsewhere"); ("E0502", 1) }
            Break::Column => {
                for row in &mut rows {
                    row.remove(j + 1);
                }
                ("E0501", 1)
            }
            Break::Twice => { set(i + 1, 0, &format!("s{}", (i + 1) % n)); ("E0509", (i + 2).max((i + 1) % n + 2)) }
            Break::Total => { set(i + 1, 0, "Total"); set(0, i + 1, "Total"); ("E0510", i + 2) }
            Break::Short => { rows[i + 1].pop(); ("E0205", i + 2) }
        };
        let text: String = rows.iter().map(|row| row.join(",") + "\n").collect();
        let read = read_table(&text);
        if code.is_empty() {
            prop_assert_eq!(codes(&read), [""; 0]);
            let graph = graph(&read);
            for (i, row) in table.flows.iter().enumerate() {
                for (j, &z) in row.iter().enumerate() {
                    let edge = graph.edge_between((i as u32).into(), (j as u32).into());
                    let flow = edge.map_or(0.0, |edge| graph.flow(edge));
                    prop_assert!((flow - (f64::from(z) + 0.25)).abs() < 1e-9);
                }
            }
        } else {
            let (found, at, _) = refusal(&read);
            prop_assert_eq!((found, at), (code, Some(line as u64)), "{}", text);
        }
        let file = &read.files[0];
        prop_assert_eq!(file.rows, file.used + file.merged + file.n_dropped());
    }
}
