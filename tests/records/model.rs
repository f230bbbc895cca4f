//! Random histories against a model of a few lines.

use std::collections::BTreeMap;

use proptest::{prelude::*, test_runner::TestRunner};
use taimen::records::store::{Depth, EntryKind, Listing, Lookup, Store};
use uuid::Uuid;

use crate::bench::{Bench, entry};

#[derive(Debug, Clone)]
enum Step {
    Record { document: u8 },
    Amend { of: usize },
    End { of: usize },
    Purge { which: Vec<usize> },
    Rekey,
    Reopen,
}

struct Known {
    kind: EntryKind,
    of: Option<Uuid>,
    payload: Option<String>,
    document: Option<u8>,
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..4_u8).prop_map(|document| Step::Record { document }),
        4 => any::<prop::sample::Index>().prop_map(|of| Step::Amend { of: of.index(1000) }),
        2 => any::<prop::sample::Index>().prop_map(|of| Step::End { of: of.index(1000) }),
        2 => prop::collection::vec(0..1000_usize, 0..4).prop_map(|which| Step::Purge { which }),
        1 => Just(Step::Rekey),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..most)
}

/// Plays a history, and compares everything that can be asked with the model.
fn play(bench: &Bench, steps: &[Step]) {
    let mut store = bench.create();
    let mut model: BTreeMap<Uuid, Known> = BTreeMap::new();
    let mut order: Vec<Uuid> = Vec::new();
    let mut records: Vec<Uuid> = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let second = i64::try_from(number).unwrap() + 1;
        let payload = format!("{{\"step\":{number}}}");
        let (kind, of, document) = match step {
            Step::Record { document } => (EntryKind::Record, None, Some(*document)),
            Step::Amend { of } | Step::End { of } => {
                let Some(of) = (!records.is_empty()).then(|| records[of % records.len()]) else { continue };
                let kind = if matches!(step, Step::End { .. }) { EntryKind::RelationEnd } else { EntryKind::Amendment };
                (kind, Some(of), None)
            }
            Step::Purge { .. } => (EntryKind::Purge, None, None),
            Step::Rekey => (EntryKind::Rekey, None, None),
            Step::Reopen => {
                drop(store);
                store = bench.open().unwrap();
                continue;
            }
        };
        let mut new = entry(kind, of, second, &payload);
        new.lookups = document.iter().map(|document| Lookup::new("document", document.to_string())).collect();
        let appended = match step {
            Step::Purge { which } => {
                let mut ids: Vec<Uuid> =
                    which.iter().filter(|_| !order.is_empty()).map(|at| order[at % order.len()]).collect();
                // A record goes with all that was added to it, else the store refuses.
                let added = |id: &Uuid| model[id].of.is_some_and(|of| ids.contains(&of)) && !ids.contains(id);
                let added: Vec<Uuid> = order.iter().filter(|id| added(id)).copied().collect();
                ids.extend(added);
                for id in &ids {
                    let known = model.get_mut(id).unwrap();
                    if !matches!(known.kind, EntryKind::Purge | EntryKind::Rekey) {
                        (known.payload, known.document) = (None, None);
                    }
                }
                store.empty(&ids, &new).unwrap().appended
            }
            Step::Rekey => store.rekey(&new).unwrap(),
            _ => store.append(&new).unwrap(),
        };
        order.push(appended.id);
        assert_eq!(appended.seq, u64::try_from(order.len()).unwrap());
        if kind == EntryKind::Record {
            records.push(appended.id);
        }
        model.insert(appended.id, Known { kind, of, payload: Some(payload), document });
    }
    compare(&mut store, &model, &order, &records);
    let report = bench.read().verify(Depth::Content, &[]).unwrap();
    assert!(report.holds(), "{:?}", report.bad);
    assert_eq!(report.size, u64::try_from(order.len()).unwrap());
}

fn compare(store: &mut Store, model: &BTreeMap<Uuid, Known>, order: &[Uuid], records: &[Uuid]) {
    for id in order {
        let (known, entry) = (&model[id], store.read(*id).unwrap());
        assert_eq!((entry.header.kind, entry.header.of), (known.kind, known.of));
        let payload = entry.payload.map(|payload| String::from_utf8(payload.to_vec()).unwrap());
        assert_eq!(payload, known.payload);
    }
    for first in records {
        let history: Vec<Uuid> = store.history(*first).unwrap().iter().map(|entry| entry.header.id).collect();
        let wanted: Vec<Uuid> =
            order.iter().filter(|id| *id == first || model[id].of == Some(*first)).copied().collect();
        assert_eq!(history, wanted);
    }
    for document in 0..4_u8 {
        let mut found: Vec<Uuid> = store
            .find(&Lookup::new("document", document.to_string()))
            .unwrap()
            .iter()
            .map(|header| header.id)
            .collect();
        found.reverse();
        let wanted: Vec<Uuid> = order.iter().filter(|id| model[id].document == Some(document)).copied().collect();
        assert_eq!(found, wanted);
    }
    let mut listed: Vec<Uuid> = store.list(&Listing::default()).unwrap().iter().map(|header| header.id).collect();
    listed.reverse();
    assert_eq!(listed, order);
}

fn histories(cases: u32, most: usize, bench: fn() -> Bench) {
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    runner
        .run(&steps(most), |steps| {
            play(&bench(), &steps);
            Ok(())
        })
        .unwrap();
}

#[test]
fn random_histories_are_those_of_the_model_in_sqlite() {
    histories(24, 40, Bench::sqlite);
}

#[test]
fn random_histories_are_those_of_the_model_in_postgresql() {
    histories(8, 25, Bench::postgres);
}
