//! Relations that indices of space keep wherever firms are.

use palenque_graph::NoProgress;
use palenque_metrics::space::areas::AreaTable;
use palenque_metrics::space::duranton_overman::k_density;
use palenque_metrics::space::ellison_glaeser::ellison_glaeser;
use palenque_metrics::space::krugman::{concentration, specialisation};
use palenque_metrics::space::location_quotient::location_quotients;
use palenque_metrics::space::locational_gini::locational_gini;
use palenque_metrics::space::marcon_puech::{Marked, relative_densities};
use palenque_metrics::space::maurel_sedillot::maurel_sedillot;
use palenque_metrics::space::places::Places;
use palenque_metrics::space::ripley::{EdgeCorrection, ripley};
use palenque_metrics::space::simulation::Simulation;
use palenque_metrics::space::spatial_autocorrelation::autocorrelation;
use palenque_metrics::space::spatial_weights::SpatialWeights;
use proptest::prelude::*;

/// Regions times sectors, some empty.
fn tables() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (1_usize..6).prop_flat_map(|n_sectors| {
        let size = prop_oneof![Just(0.0), 0.5_f64..100.0];
        prop::collection::vec(prop::collection::vec(size, n_sectors), 1..7)
    })
}

/// Points on a square, none near another beyond what a number can tell.
fn points() -> impl Strategy<Value = Vec<[f64; 2]>> {
    let coordinate = || (0_u32..1000).prop_map(|x| f64::from(x) / 10.0);
    prop::collection::vec((coordinate(), coordinate()).prop_map(|(x, y)| [x, y]), 4..25)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

/// The same or both undefined.
fn agree<E: PartialEq>(a: &[Result<f64, E>], b: &[Result<f64, E>]) -> bool {
    let same = |(a, b): (&Result<f64, E>, &Result<f64, E>)| match (a, b) {
        (Ok(a), Ok(b)) => near(*a, *b),
        (Err(a), Err(b)) => a == b,
        _ => false,
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

const NONE: Simulation = Simulation { replicates: 0, seed: 1, level: 0.05 };

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn indices_of_regions_are_within_their_bounds(rows in tables()) {
        let n_sectors = rows[0].len();
        let table = AreaTable::new(n_sectors, &rows);
        let quotients = location_quotients(&table);
        for s in 0..n_sectors {
            // The mean of the quotients of a sector, by the size of regions, is 1.
            let cells = (0..rows.len()).map(|r| (r, &quotients[r * n_sectors + s]));
            let known = cells.filter_map(|(r, cell)| Some(table.of_region(r) / table.total() * cell.quotient.ok()?));
            let mean: f64 = known.sum();
            prop_assert!(table.of_sector(s) == 0.0 || near(mean, 1.0), "{mean}");
            if let Ok(gamma) = maurel_sedillot(&table, s, Ok(0.1)) {
                prop_assert!(gamma <= 1.0 + 1e-9, "{gamma}");
            }
            let eg = ellison_glaeser(&table, s, Ok(0.0));
            prop_assert_eq!(eg.gamma, eg.raw);
        }
        for found in specialisation(&table) {
            let in_bounds = |x: Result<f64, _>, most: f64| x.is_ok_and(|x| (0.0..=most + 1e-12).contains(&x));
            prop_assert!(found.krugman.is_err() || in_bounds(found.krugman, 2.0));
            prop_assert!(found.leave_one_out.is_err() || in_bounds(found.leave_one_out, 2.0));
            prop_assert!(found.hachman.is_err() || in_bounds(found.hachman, 1.0));
        }
        for (gini, krugman) in locational_gini(&table).into_iter().zip(concentration(&table)) {
            let (Ok(gini), Ok(krugman)) = (gini, krugman) else { continue };
            // The largest gap to the diagonal of the Lorenz curve is half of Krugman's sum, and the Gini is at least that.
            prop_assert!(gini < 1.0 && gini + 1e-9 >= krugman / 2.0, "{gini} {krugman}");
        }
    }

    #[test]
    fn neither_units_nor_the_order_of_regions_matter(rows in tables()) {
        let n_sectors = rows[0].len();
        let table = AreaTable::new(n_sectors, &rows);
        let mut other: Vec<Vec<f64>> =
            rows.iter().map(|row| row.iter().map(|size| size * 3.0).collect()).collect();
        other.reverse();
        let other = AreaTable::new(n_sectors, &other);
        prop_assert!(agree(&locational_gini(&table), &locational_gini(&other)));
        prop_assert!(agree(&concentration(&table), &concentration(&other)));
        let quotients = |table: &AreaTable| -> Vec<_> {
            location_quotients(table).iter().map(|cell| cell.quotient).collect()
        };
        let turned: Vec<_> = quotients(&other).chunks(n_sectors).rev().flatten().copied().collect();
        prop_assert!(agree(&quotients(&table), &turned));
    }

    #[test]
    fn moran_does_not_depend_on_the_unit_of_values(points in points(), slope in 0.1_f64..50.0) {
        let places = Places::on_plane(&points);
        let weights = SpatialWeights::nearest(&places, 3, &NoProgress).expect("not cancelled");
        let x: Vec<f64> = points.iter().map(|[x, y]| x + 2.0 * y).collect();
        let y: Vec<f64> = x.iter().map(|x| slope * x + 7.0).collect();
        let simulation = Simulation { replicates: 19, ..NONE };
        let of = |values: &[f64]| {
            autocorrelation(values, &weights, simulation, &NoProgress).expect("not cancelled")
        };
        let (a, b) = (of(&x), of(&y));
        prop_assert!(agree(&[a.moran, a.moran_z, a.geary, a.moran_p, a.geary_p],
            &[b.moran, b.moran_z, b.geary, b.moran_p, b.geary_p]), "{:?} {:?}", a, b);
        prop_assert!(agree(&a.local_moran, &b.local_moran) && agree(&a.gi_star, &b.gi_star));
        if let Ok(moran) = a.moran {
            let sum: f64 = a.local_moran.iter().map(|i| i.unwrap_or(0.0)).sum();
            prop_assert!(near(sum / points.len() as f64, moran));
        }
    }

    #[test]
    fn only_distances_matter(points in points(), shift in -500.0_f64..500.0) {
        // Turned by a right angle, shifted and doubled: all distances are twice what they were, but for rounding.
        let moved: Vec<[f64; 2]> = points.iter().map(|[x, y]| [-2.0 * y + shift, 2.0 * x - shift]).collect();
        let distances = [3.03, 10.07, 25.01];
        let doubled = distances.map(|r| 2.0 * r);
        let n = points.len();
        let half: Vec<u32> = (0..=n as u32 / 2).collect();
        let [a, b] = [(&points, &distances), (&moved, &doubled)].map(|(points, distances)| {
            let places = Places::on_plane(points);
            let weights = vec![1.0; half.len()];
            let density = k_density(&places, &half, &weights, distances, NONE, &NoProgress).expect("not cancelled");
            let kinds = (0..n).map(|i| Some(u32::from(i > n / 2))).collect();
            let marked = Marked { places, weights: vec![1.0; n], kinds, n_kinds: 2 };
            let m = relative_densities(&marked, None, distances, NONE, &NoProgress).expect("not cancelled");
            (density, m)
        });
        for (a, b) in a.1.iter().zip(&b.1) {
            prop_assert!(agree(&a.values, &b.values));
        }
        match (a.0, b.0) {
            (Ok(a), Ok(b)) => {
                prop_assert!(near(2.0 * a.bandwidth, b.bandwidth));
                for (a, b) in a.density.iter().zip(&b.density) {
                    prop_assert!(near(*a, 2.0 * b), "{a} {b}");
                }
            }
            (a, b) => prop_assert_eq!(a, b),
        }
        let k = |points: &[[f64; 2]], window, distances: &[f64]| {
            ripley(points, window, distances, EdgeCorrection::Translation, NONE, &NoProgress).expect("inside").k
        };
        let a = k(&points, [0.0, 0.0, 100.0, 100.0], &distances);
        let b = k(&moved, [shift - 200.0, -shift, shift, 200.0 - shift], &doubled);
        let a: Vec<_> = a.into_iter().map(|k| k.map(|k| 4.0 * k)).collect();
        prop_assert!(agree(&a, &b), "{:?} {:?}", a, b);
    }
}
