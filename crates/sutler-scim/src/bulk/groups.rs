//! Which operations need each other, and in which order groups of them can be done.
//!
//! Tarjan's strongly connected components, without recursion. A component is found after all
//! that it needs, so that the order in which they are found is one in which they can be done;
//! and beginning with the first operation it is the client's order as far as can be.

/// The groups, each after those that it needs; an operation that is in no circle is alone.
/// `needs` says of each operation, by its number, which others must be done before.
pub(super) fn groups(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search {
        needs,
        visits: vec![None; needs.len()],
        way: Vec::new(),
        open: Vec::new(),
        count: 0,
        groups: Vec::new(),
    };
    for operation in 0..needs.len() {
        if search.visit(operation).is_none() {
            search.from(operation);
        }
    }
    search.groups
}

struct Search<'a> {
    needs: &'a [Vec<usize>],
    visits: Vec<Option<Visit>>,
    /// From the first operation to the one that is looked at.
    way: Vec<usize>,
    /// Visited, but in no group yet.
    open: Vec<usize>,
    count: usize,
    groups: Vec<Vec<usize>>,
}

#[derive(Clone, Copy)]
struct Visit {
    /// When it was visited.
    number: usize,
    /// The earliest visit that can be reached from it.
    lowest: usize,
    /// Which of its needs is looked at next.
    next: usize,
    /// True until it is in a group.
    open: bool,
}

impl Search<'_> {
    fn from(&mut self, first: usize) {
        self.enter(first);
        while let Some(here) = self.way.last().copied() {
            match self.next_need(here) {
                Some(need) => match self.visit(need) {
                    None => self.enter(need),
                    Some(seen) if seen.open => self.lower(here, seen.number),
                    Some(_) => {}
                },
                None => self.leave(here),
            }
        }
    }

    fn visit(&self, operation: usize) -> Option<Visit> {
        self.visits.get(operation).copied().flatten()
    }

    fn enter(&mut self, operation: usize) {
        let visit = Visit { number: self.count, lowest: self.count, next: 0, open: true };
        self.count += 1;
        if let Some(place) = self.visits.get_mut(operation) {
            *place = Some(visit);
            self.way.push(operation);
            self.open.push(operation);
        }
    }

    fn next_need(&mut self, operation: usize) -> Option<usize> {
        let visit = self.visits.get_mut(operation)?.as_mut()?;
        let need = self.needs.get(operation)?.get(visit.next).copied();
        visit.next += 1;
        need
    }

    fn lower(&mut self, operation: usize, number: usize) {
        if let Some(Some(visit)) = self.visits.get_mut(operation) {
            visit.lowest = visit.lowest.min(number);
        }
    }

    fn leave(&mut self, operation: usize) {
        self.way.pop();
        let Some(visit) = self.visit(operation) else {
            return;
        };
        if let Some(before) = self.way.last().copied() {
            self.lower(before, visit.lowest);
        }
        if visit.lowest == visit.number {
            self.close(operation);
        }
    }

    /// Whatever was opened since this operation was visited is one group with it.
    fn close(&mut self, operation: usize) {
        let start = self.open.iter().rposition(|open| *open == operation).unwrap_or_default();
        let mut group = self.open.split_off(start);
        for member in &group {
            if let Some(Some(visit)) = self.visits.get_mut(*member) {
                visit.open = false;
            }
        }
        group.sort_unstable();
        self.groups.push(group);
    }
}

#[cfg(test)]
mod tests {
    use super::groups;

    fn check(needs: &[&[usize]], expected: &[&[usize]]) {
        let needs: Vec<Vec<usize>> = needs.iter().map(|needs| needs.to_vec()).collect();
        assert_eq!(groups(&needs), expected, "{needs:?}");
    }

    #[test]
    fn without_needs_the_clients_order_stays() {
        check(&[&[], &[], &[]], &[&[0], &[1], &[2]]);
        check(&[&[], &[0], &[0, 1]], &[&[0], &[1], &[2]]);
    }

    #[test]
    fn what_is_needed_comes_first_t_b3() {
        check(&[&[2], &[], &[]], &[&[2], &[0], &[1]]);
        check(&[&[1], &[2], &[3], &[]], &[&[3], &[2], &[1], &[0]]);
    }

    #[test]
    fn who_need_each_other_are_one_group_t_b3() {
        check(&[&[1], &[0]], &[&[0, 1]]);
        check(&[&[0]], &[&[0]]);
        check(&[&[1], &[2], &[0, 3], &[]], &[&[3], &[0, 1, 2]]);
        // Two circles, the first of which needs the second.
        check(&[&[1], &[0, 2], &[3], &[2]], &[&[2, 3], &[0, 1]]);
        check(&[&[], &[2, 0], &[3], &[1], &[3]], &[&[0], &[1, 2, 3], &[4]]);
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let needs: Vec<Vec<usize>> =
            (0..100_000).map(|n| if n < 99_999 { vec![n + 1] } else { vec![] }).collect();
        assert_eq!(groups(&needs).len(), 100_000);
    }
}
