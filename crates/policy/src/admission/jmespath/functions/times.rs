//! Points in time, written as RFC 3339, and durations, as Go writes them.

use super::{Call, Function, Given, Kind, Takes};
use crate::go::{Duration, Moment};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "time_since", takes: THREE, run: since },
    Function {
        name: "time_now",
        takes: Takes::Each(&[]),
        run: |call| Ok(now(call).to_string().into()),
    },
    Function {
        name: "time_now_utc",
        takes: Takes::Each(&[]),
        run: |call| Ok(now(call).to_string().into()),
    },
    Function { name: "time_to_cron", takes: ONE, run: |call| Ok(moment(call, 0)?.cron().into()) },
    Function {
        name: "time_add",
        takes: TWO,
        run: |call| {
            let later = moment(call, 0)?.plus(duration(call, 1)?);
            Ok(later.ok_or("the time is too far away")?.to_string().into())
        },
    },
    Function { name: "time_parse", takes: TWO, run: parse },
    Function {
        name: "time_utc",
        takes: ONE,
        run: |call| Ok(moment(call, 0)?.utc().to_string().into()),
    },
    Function {
        name: "time_diff",
        takes: TWO,
        run: |call| Ok(moment(call, 1)?.since(&moment(call, 0)?).to_string().into()),
    },
    Function {
        name: "time_before",
        takes: TWO,
        run: |call| Ok((moment(call, 0)? < moment(call, 1)?).into()),
    },
    Function {
        name: "time_after",
        takes: TWO,
        run: |call| Ok((moment(call, 0)? > moment(call, 1)?).into()),
    },
    Function {
        name: "time_between",
        takes: THREE,
        run: |call| {
            let (at, from, to) = (moment(call, 0)?, moment(call, 1)?, moment(call, 2)?);
            Ok((at > from && at < to).into())
        },
    },
    Function {
        name: "time_truncate",
        takes: TWO,
        run: |call| Ok(moment(call, 0)?.truncated(duration(call, 1)?).to_string().into()),
    },
];

const ONE: Takes = Takes::Each(&[Kind::Text]);
const TWO: Takes = Takes::Each(&[Kind::Text, Kind::Text]);
const THREE: Takes = Takes::Each(&[Kind::Text, Kind::Text, Kind::Text]);

fn now(call: &Call<'_>) -> Moment {
    Moment::at(call.interpreter.now)
}

fn moment(call: &Call<'_>, at: usize) -> Result<Moment, String> {
    Moment::parse(call.text(at)).map_err(|why| why.to_string())
}

fn duration(call: &Call<'_>, at: usize) -> Result<Duration, String> {
    let text = call.text(at);
    Duration::parse(text).ok_or_else(|| format!("{text:?} is no duration"))
}

fn laid_out(layout: &str, text: &str) -> Result<Moment, String> {
    let read = if layout.is_empty() { Moment::parse(text) } else { Moment::parse_as(layout, text) };
    read.map_err(|why| why.to_string())
}

fn since(call: &Call<'_>) -> Given {
    let layout = call.text(0);
    let from = laid_out(layout, call.text(1))?;
    let to = match call.text(2) {
        "" => now(call),
        text => laid_out(layout, text)?,
    };
    Ok(to.since(&from).to_string().into())
}

/// A layout that is a number means seconds since 1970.
fn parse(call: &Call<'_>) -> Given {
    let (layout, text) = (call.text(0), call.text(1));
    let moment = match layout.parse::<i64>() {
        Ok(_) => Moment::of_unix(text.parse().map_err(|_| format!("{text:?} is no number"))?),
        Err(_) => Moment::parse_as(layout, text),
    };
    Ok(moment.map_err(|why| why.to_string())?.to_string().into())
}
