"""Simulated training runs, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from hullmark.report.simulation_terms import chance, duration
from hullmark.report.snippet import address
from hullmark.report.visible import count, visible
from hullmark.simulate.doubt import Doubt
from hullmark.simulate.runs import Outcome, Spread
from hullmark.simulate.training import Training

Row = tuple[str, ...]


def rows(run: Training) -> Iterator[Row]:
    """A run in a table of two columns: its name, then what is expected of it line by line."""
    who = f"{count(run.nodes, 'node')}, {count(run.devices, 'accelerator')}"
    yield run.name, f"{who}: a failure every {duration(run.between * 3600)}"
    lemon = f"with a lemon among its nodes one every {duration(run.with_lemon * 3600)}"
    yield "", f"{run.per_month:.3g} interruptions expected in 30 days; {lemon}"
    if run.progress is None or run.restart is None:
        yield "", "no failure of a node is survived before an unknown repair, so progress cannot be told"
    else:
        wasted = f"; {run.wasted_per_day:.3g} accelerator-hours a day are not" if run.devices else ""
        back = f"back after {duration(run.restart * 3600)}"
        yield "", f"{back}; {chance(run.progress)} of the time is progress at best{wasted}"
    best, about = duration(run.best * 3600), f"Young {duration(run.young * 3600)}, Daly {duration(run.daly * 3600)}"
    stops = f"when one stops the work for {duration(run.dump * 3600)}"
    yield "", f"best checkpoint interval {best} ({about}) {stops}"
    yield "", _interval(run)
    yield "", _lost(run)
    if run.progress is not None and run.runs is None:
        yield "", "hardly any time is progress: no run of it is simulated"
    elif run.runs is not None:
        yield from (("", text) for text in _drawn(run, run.runs))
    enough = "enough 99 times in 100 while failed ones are mended"
    yield "", f"nodes to hold in reserve: {run.spares}, {enough}"


def _interval(run: Training) -> str:
    """What is written about how often it saves, and how far off that is."""
    found = run.interval
    if not run.saves:
        return "no place for checkpoints is seen that outlives its pods: a failure may start it from the beginning"
    if found is None:
        return "how often it saves is not seen"
    where = address(found.place)
    every = f"every {found.steps} steps" if found.steps is not None else f"every {duration(found.seconds or 0)}"
    if run.off is None or run.written is None:
        right = "" if run.right_step is None else f": the best if a step takes {duration(run.right_step)}"
        return f"saves {every} ({where}){right}; how long a step takes is said by 'runs' in the topology or hullmark.dev/step-time"
    time = f", which is {duration(run.written * 3600)}" if found.steps is not None else ""
    return f"saves {every}{time} ({where}): {_off(run.off)}"


def _off(times: float) -> str:
    if 0.5 <= times <= 2:
        return "near the best"
    return f"{times:.3g} times the best, too rarely" if times > 1 else f"a {1 / times:.3g}th of the best, too often"


def _lost(run: Training) -> str:
    if run.loses is None:
        return "a failure loses everything since the start"
    mean, worst = run.loses
    return f"a failure loses {duration(mean * 3600)} of work in the mean, {duration(worst * 3600)} at worst"


def _drawn(run: Training, found: Outcome) -> Iterator[str]:
    days = found.plan.work / 24
    known = "" if run.days is not None else ", assumed: 'runs' in the topology says it"
    how = "as it saves now" if run.written_runs is found else "with the best interval"
    yield f"{found.runs:,} runs of {days:g} days of work{known}, {how}:"
    progress = found.progress
    yield f"- {chance(progress.mean)} of the time is progress ({_between(progress)}, 9 of 10 runs)"
    if run.doubt is not None:
        yield f"- {_between(run.doubt.progress)} with what is not known of the rates besides, {_between(run.doubt.rates)} by that alone"
    if run.devices:
        mean, low, high = (f"{run.devices * share:.4g}" for share in (progress.mean, progress.low, progress.high))
        yield f"- goodput of {mean} of {count(run.devices, 'accelerator')} that would never stop ({low} to {high})"
    yield f"- {_range(found.failures)} interruptions"
    waste = _waste(run, found)
    if waste is not None:
        yield f"- {waste.mean:,.0f} accelerator-hours are no progress ({waste.low:,.0f} to {waste.high:,.0f})"
        if run.cost is None:
            yield "- what they cost is not known: no 'gpuHourPrice' of its pools in the topology"
        else:
            price = run.cost.per_hour / run.devices
            texts = [f"{hours * price:,.0f}" for hours in (waste.mean, waste.low, waste.high)]
            yield f"- they cost {texts[0]} {visible(run.cost.currency)} ({texts[1]} to {texts[2]})"
    ends = [_end(run.start, hours) for hours in (found.hours.low, found.hours.median, found.hours.high)]
    late = ""
    if run.doubt is not None and run.doubt.hours.high > 1.01 * found.hours.high:
        late = f"; {_end(run.start, run.doubt.hours.high)} at the late end if rates are drawn too"
    yield f"- done {'on' if run.start else 'after'} {ends[1]} in the median, {ends[0]} to {ends[2]}{late}"
    if run.written_runs is found and run.best_runs is not None:
        saved = found.hours.mean - run.best_runs.hours.mean
        if saved > 0.01 * found.hours.mean:
            yield f"- with the best interval it would be done {duration(saved * 3600)} earlier in the mean"


def _between(shares: Spread) -> str:
    return f"{chance(shares.low)} to {chance(shares.high)}"


def _range(one: Spread) -> str:
    return f"{one.mean:,.4g} ({one.low:,.4g} to {one.high:,.4g})"


def _waste(run: Training, found: Outcome) -> Spread | None:
    """Accelerator-hours that are no progress."""
    if not run.devices:
        return None
    return Spread(*(run.devices * (hours - found.plan.work) for hours in found.hours))


def _end(start: date | None, hours: float) -> str:
    if start is None:
        return duration(hours * 3600)
    day = _day(start, hours)
    return "no day that a calendar has" if day is None else day


def _day(start: date, hours: float) -> str | None:
    try:
        return (start + timedelta(hours=hours)).isoformat()
    except OverflowError:
        return None


def plain(run: Training) -> dict[str, Any]:
    """A run as JSON; ``simulation_training.schema.json`` beside this module says what the fields mean."""
    return {
        "name": visible(run.name),
        "nodes": run.nodes,
        "devices": run.devices,
        "hoursBetweenFailures": run.between,
        "interruptionsIn30Days": run.per_month,
        "hoursBetweenFailuresWithLemon": run.with_lemon,
        "restartHours": run.restart,
        "dumpHours": run.dump,
        "bestIntervalHours": {"exact": run.best, "young": run.young, "daly": run.daly},
        "progress": run.progress,
        "wastedDeviceHoursPerDay": run.wasted_per_day,
        "interval": None
        if run.interval is None
        else {
            "steps": run.interval.steps,
            "seconds": run.interval.seconds,
            "hours": run.written,
            "timesTheBest": run.off,
            "file": visible(run.interval.place.source.name),
            "line": run.interval.place.line,
        },
        "savesSomewhere": run.saves,
        "lostHours": None if run.loses is None else {"mean": run.loses[0], "worst": run.loses[1]},
        "spares": run.spares,
        "start": None if run.start is None else run.start.isoformat(),
        "runs": {"best": _outcome(run, run.best_runs), "asWritten": _outcome(run, run.written_runs)},
        "withRates": None if run.doubt is None else _doubt(run.doubt),
    }


def _doubt(found: Doubt) -> dict[str, Any]:
    return {
        "progress": found.progress._asdict(),
        "hours": found.hours._asdict(),
        "interruptions": found.failures._asdict(),
        "progressByRatesAlone": found.rates._asdict(),
    }


def _outcome(run: Training, found: Outcome | None) -> dict[str, Any] | None:
    if found is None:
        return None
    waste = _waste(run, found)
    price = None if run.cost is None or not run.devices else run.cost.per_hour / run.devices
    cost = None
    if waste is not None and price is not None and run.cost is not None:
        cost = {"currency": visible(run.cost.currency), **Spread(*(hours * price for hours in waste))._asdict()}
    return {
        "runs": found.runs,
        "workHours": found.plan.work,
        "workHoursAreAssumed": run.days is None,
        "intervalHours": found.plan.interval,
        "progress": found.progress._asdict(),
        "hours": found.hours._asdict(),
        "interruptions": found.failures._asdict(),
        "wastedDeviceHours": waste and waste._asdict(),
        "wastedCost": cost,
        "finish": None
        if run.start is None
        else {key: _day(run.start, hours) for key, hours in found.hours._asdict().items()},
    }
