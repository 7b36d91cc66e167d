//! Published tables: a small economy of two regions and two sectors in the dress of each publisher.

use crate::{codes, graph, records};
use palenque_graph::{NoProgress, Satellite};
use palenque_ingest::{Ingested, Inputs, Policy, read};

/// Sales to sectors, of each seller.
pub(crate) const FLOWS: [[f64; 4]; 4] =
    [[10.0, 5.0, 2.0, 1.0], [4.0, 8.0, 1.0, 3.0], [2.0, 1.0, 12.0, 6.0], [1.0, 2.0, 5.0, 9.0]];
/// Sales to households and investment of both regions.
pub(crate) const DEMAND: [[f64; 4]; 4] =
    [[15.0, 5.0, 2.0, 0.0], [22.0, 8.0, 3.0, 1.0], [3.0, 0.0, 30.0, 6.0], [1.0, 0.0, 40.0, 12.0]];
pub(crate) const TAXES: [f64; 4] = [1.0, 2.0, 3.0, 4.0];
pub(crate) const ADDED: [f64; 4] = [22.0, 32.0, 37.0, 47.0];
pub(crate) const OUTPUT: [f64; 4] = [40.0, 50.0, 60.0, 70.0];

/// A row of a file: labels, then numbers.
fn row(labels: &str, numbers: &[f64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("{labels},{}\n", numbers.join(","))
}

/// A row below the sectors: what each sector pays, nothing for the other columns.
fn below(labels: &str, of_sectors: &[f64], others: usize) -> String {
    row(labels, &[of_sectors, &vec![0.0; others]].concat())
}

/// The rows of the sectors, with output behind where it is there.
fn sectors(labels: [&str; 4], has_output: bool) -> String {
    let cells = |i: usize| {
        let output = if has_output { &OUTPUT[i..=i] } else { &[] };
        [&FLOWS[i][..], &DEMAND[i][..], output].concat()
    };
    (0..4).map(|i| row(labels[i], &cells(i))).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test makes its own inputs")]
fn table(text: &str) -> Ingested {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text).expect("room for a file");
    read(&Inputs { table: Some(path), ..Inputs::default() }, &Policy::default(), &NoProgress)
}

/// The economy was read, with these ids, by this layout.
fn assert_read(read: &Ingested, layout: &str, ids: [&str; 4], categories: [&str; 4], unit: &str) {
    assert_eq!(codes(read), [""; 0], "{:?}", read.diagnostics);
    assert_eq!(read.files[0].dialect["layout"], layout);
    let graph = graph(read);
    assert_eq!(graph.ids().iter().collect::<Vec<_>>(), ids);
    let flows: Vec<f64> = records(graph).into_iter().map(|(_, _, z)| z).collect();
    assert_eq!(flows, FLOWS.concat());
    for (name, expected) in [("output", OUTPUT), ("value_added", ADDED)] {
        let column = graph.nodes().number(name).unwrap_or_else(|| panic!("no column {name}"));
        assert_eq!(column.iter().flatten().collect::<Vec<_>>(), expected, "{name}");
    }
    let demand = graph.final_demand().expect("final demand");
    assert_eq!(demand.categories().collect::<Vec<_>>(), categories);
    assert_eq!(demand.row(2), DEMAND[2]);
    let regions = graph.nodes().text("region").expect("regions");
    assert_eq!(regions.get(3), Some(ids[3].split('.').next().expect("a region")));
    assert_eq!(graph.unit(), Some(unit));
}

const ICIO: [&str; 4] = ["AUS_01T02", "AUS_05", "MEX_01T02", "MEX_05"];
const ICIO_IDS: [&str; 4] = ["AUS.01T02", "AUS.05", "MEX.01T02", "MEX.05"];
const ICIO_DEMAND: [&str; 4] = ["AUS.HFCE", "AUS.GFCF", "MEX.HFCE", "MEX.GFCF"];

#[test]
fn icio_of_2023() {
    let text = [
        "V1,AUS_01T02,AUS_05,MEX_01T02,MEX_05,AUS_HFCE,AUS_GFCF,MEX_HFCE,MEX_GFCF,OUT\n".into(),
        sectors(ICIO, true),
        below("TLS", &TAXES, 5),
        below("VA", &ADDED, 5),
        below("OUT", &OUTPUT, 5),
    ];
    assert_read(&table(&text.concat()), "icio", ICIO_IDS, ICIO_DEMAND, "USD million");
}

#[test]
fn icio_of_2021() {
    let text = [
        ",AUS_01T02,AUS_05,MEX_01T02,MEX_05,AUS_HFCE,AUS_GFCF,MEX_HFCE,MEX_GFCF,TOTAL\n".into(),
        sectors(ICIO, true),
        below("AUS_TAXSUB", &[1.0, 2.0, 0.0, 0.0], 5),
        below("MEX_TAXSUB", &[0.0, 0.0, 3.0, 4.0], 5),
        below("VALU", &ADDED, 5),
        below("OUTPUT", &OUTPUT, 5),
    ];
    let read = table(&text.concat());
    assert_read(&read, "icio", ICIO_IDS, ICIO_DEMAND, "USD million");
    let names: Vec<&str> = graph(&read).satellites().iter().map(Satellite::name).collect();
    assert_eq!(names, ["AUS_TAXSUB", "MEX_TAXSUB"], "taxes are kept, and are no value added");
}

#[test]
fn figaro_as_a_matrix() {
    let labels = ["AT_A01", "AT_C10T12", "FIGW1_A01", "FIGW1_C10T12"];
    let text = [
        "rowLabels,AT_A01,AT_C10T12,FIGW1_A01,FIGW1_C10T12,AT_P3_S14,AT_P51G,FIGW1_P3_S14,FIGW1_P51G\n"
            .into(),
        sectors(labels, false),
        below("W2_D21X31", &TAXES, 4),
        below("W2_OP_RES", &[0.0; 4], 4),
        below("W2_OP_NRES", &[0.0; 4], 4),
        below("W2_D1", &[12.0, 22.0, 27.0, 37.0], 4),
        below("W2_D29X39", &[-1.0, 1.0, 1.0, 1.0], 4),
        below("W2_B2A3G", &[11.0, 9.0, 9.0, 9.0], 4),
    ];
    let ids = ["AT.A01", "AT.C10T12", "FIGW1.A01", "FIGW1.C10T12"];
    let demand = ["AT.P3_S14", "AT.P51G", "FIGW1.P3_S14", "FIGW1.P51G"];
    assert_read(&table(&text.concat()), "figaro", ids, demand, "EUR million");
}

#[test]
fn wiod_of_2016() {
    let text = [
        "Intercountry Input-Output Table,,,,,,,,,,,,\n".into(),
        "(industry-by-industry),,,,,,,,,,,,\n".into(),
        "(millions of US$),,,,A01,B,A01,B,CONS_h,GFCF,CONS_h,GFCF,GO\n".into(),
        ",,,,Crops,Mining,Crops,Mining,Households,Investment,Households,Investment,Total output\n"
            .into(),
        ",,,,AUS,AUS,MEX,MEX,AUS,AUS,MEX,MEX,TOT\n".into(),
        ",,,,c1,c2,c1,c2,c57,c60,c57,c60,c62\n".into(),
        sectors(
            ["A01,Crops,AUS,r1", "B,Mining,AUS,r2", "A01,Crops,MEX,r1", "B,Mining,MEX,r2"],
            true,
        ),
        below("II_fob,Total intermediate consumption,TOT,r65", &[17.0, 16.0, 20.0, 19.0], 5),
        below("TXSP,taxes less subsidies on products,TOT,r66", &TAXES, 5),
        below("EXP_adj,Cif/ fob adjustments on exports,TOT,r67", &[0.0; 4], 5),
        below("PURR,Direct purchases abroad by residents,TOT,r68", &[0.0; 4], 5),
        below("PURNR,Purchases on the domestic territory by non-residents,TOT,r69", &[0.0; 4], 5),
        below("VA,Value added at basic prices,TOT,r70", &ADDED, 5),
        below("IntTTM,International Transport Margins,TOT,r71", &[0.0; 4], 5),
        below("GO,Output at basic prices,TOT,r73", &OUTPUT, 5),
    ];
    let ids = ["AUS.A01", "AUS.B", "MEX.A01", "MEX.B"];
    let demand = ["AUS.CONS_h", "AUS.GFCF", "MEX.CONS_h", "MEX.GFCF"];
    let read = table(&text.concat());
    assert_read(&read, "wiod", ids, demand, "USD million");
    assert_eq!((read.files[0].rows, read.files[0].used), (12, 11), "only II_fob is passed over");
}

/// The descriptions of final demand, two regions, and of output.
const DESCRIBED: &str = "Final consumption expenditure by households,Gross fixed capital formation,\
                         Final consumption expenditure by households,Gross fixed capital formation,Total output";

fn foot() -> String {
    [
        below(",Total intermediate consumption,TOT,r60", &[17.0, 16.0, 20.0, 19.0], 5),
        below(",taxes less subsidies on products,TOT,r61", &TAXES, 5),
        below(",Value added at basic prices,TOT,r64", &ADDED, 5),
        below(",Output at basic prices,TOT,r69", &OUTPUT, 5),
    ]
    .concat()
}

#[test]
fn wiod_of_2013() {
    let text = [
        "Intercountry Input-Output Table,,,,,,,,,,,,\n".into(),
        "(industry-by-industry),,,,,,,,,,,,\n".into(),
        "(millions of US$),,,,AtB,C,AtB,C,,,,,\n".into(),
        format!(",,,,Agriculture,Mining,Agriculture,Mining,{DESCRIBED}\n"),
        ",,,,AUS,AUS,MEX,MEX,AUS,AUS,MEX,MEX,TOT\n".into(),
        ",,,,c1,c2,c1,c2,c37,c41,c37,c41,c60\n".into(),
        sectors(
            [
                "AtB,Agriculture,AUS,r1",
                "C,Mining,AUS,r2",
                "AtB,Agriculture,MEX,r1",
                "C,Mining,MEX,r2",
            ],
            true,
        ),
        foot(),
    ];
    let ids = ["AUS.AtB", "AUS.C", "MEX.AtB", "MEX.C"];
    let demand = ["AUS.c37", "AUS.c41", "MEX.c37", "MEX.c41"];
    assert_read(&table(&text.concat()), "wiod", ids, demand, "USD million");
}

#[test]
fn mrio_of_the_asian_development_bank() {
    let text = [
        "ADB Multi-Region Input-Output Table,,,,,,,,,,,,\n".into(),
        "(in millions of US dollars),,,,,,,,,,,,\n".into(),
        format!(",,,,Agriculture,Mining,Agriculture,Mining,{DESCRIBED}\n"),
        ",,,,AUS,AUS,MEX,MEX,AUS,AUS,MEX,MEX,TOT\n".into(),
        ",,,,c1,c2,c1,c2,F1,F4,F1,F4,\n".into(),
        sectors(
            [",Agriculture,AUS,r1", ",Mining,AUS,r2", ",Agriculture,MEX,r1", ",Mining,MEX,r2"],
            true,
        ),
        foot(),
    ];
    let ids = ["AUS.c1", "AUS.c2", "MEX.c1", "MEX.c2"];
    let demand = ["AUS.F1", "AUS.F4", "MEX.F1", "MEX.F4"];
    assert_read(&table(&text.concat()), "wiod", ids, demand, "USD million");
}

#[test]
fn figaro_as_a_flat_file() {
    let sectors = ["AT,A01", "AT,C10T12", "FIGW1,A01", "FIGW1,C10T12"];
    let demand = ["AT,P3_S14", "AT,P51G", "FIGW1,P3_S14", "FIGW1,P51G"];
    let line = |seller: &str, buyer: &str, value: f64| {
        let joined = [seller, buyer].map(|label| label.replace(',', "_"));
        format!("{},{},{seller},{buyer},{value}\n", joined[0], joined[1])
    };
    let mut text = "icioiRow,icioiCol,refArea,rowIi,counterpartArea,colIi,obsValue\n".to_owned();
    for (i, seller) in sectors.iter().enumerate() {
        let buyers = sectors.iter().zip(&FLOWS[i]).chain(demand.iter().zip(&DEMAND[i]));
        text.extend(buyers.map(|(buyer, &value)| line(seller, buyer, value)));
    }
    for (input, values) in [("W2,D21X31", TAXES), ("W2,D1", ADDED)] {
        text.extend(sectors.iter().zip(values).map(|(buyer, value)| line(input, buyer, value)));
    }
    let read = table(&text);
    assert!(codes(&read).iter().all(|code| *code == "W0208"), "{:?}", read.diagnostics);
    let graph = graph(&read);
    let ids = ["AT.A01", "AT.C10T12", "FIGW1.A01", "FIGW1.C10T12"];
    assert_eq!(graph.ids().iter().collect::<Vec<_>>(), ids);
    let output = graph.nodes().number("output").expect("what rows add up to");
    assert_eq!(output.iter().flatten().collect::<Vec<_>>(), OUTPUT);
    let added = graph.nodes().number("value_added").expect("value added");
    assert_eq!(added.iter().flatten().collect::<Vec<_>>(), ADDED);
    let found = graph.final_demand().expect("final demand");
    let mut row = found.row(2).to_vec();
    row.sort_by(f64::total_cmp);
    assert_eq!(row, [0.0, 3.0, 6.0, 30.0], "in the order of the categories");
}
