"""The newsfeed in Polars, lazy and streaming, of DuckDB's relations: `python -m benchmarks.polars_peer OUT`."""

import argparse
import json
from pathlib import Path
from time import perf_counter

import polars as pl

ENTRY = ("reader_id", "post_id", "author_id", "reposter_id", "entered_at")
SELF = pl.col("author_id")


def newsfeed(out: Path, cap: int) -> pl.LazyFrame:
    """The same as newsfeed.sql under the usual policy."""
    follows, hides, reposts = (pl.scan_parquet(out / f"{name}.parquet") for name in ("follows", "hides", "reposts"))
    follows = follows.select("follower_id", "followee_id")
    visible = follows.join(hides, left_on=["follower_id", "followee_id"], right_on=["user_id", "hidden_id"], how="anti")
    posts = _posts(out, reposts)
    direct = _direct(posts, follows, visible)
    passed_on = reposts.join(posts.drop("reposted"), on="post_id").join(
        visible, left_on="reposter_id", right_on="followee_id"
    )
    passed_on = passed_on.join(
        hides, left_on=["follower_id", "author_id"], right_on=["user_id", "hidden_id"], how="anti"
    ).select(pl.col("follower_id").alias("reader_id"), "post_id", "author_id", "reposter_id", entered_at="reposted_at")
    contested = pl.concat([direct.filter("reposted").select(ENTRY), passed_on.select(ENTRY)])
    earliest = contested.sort("entered_at", "reposter_id").unique(["reader_id", "post_id"], keep="first")
    return _newest(pl.concat([direct.filter(~pl.col("reposted")).select(ENTRY), earliest.select(ENTRY)]), cap)


def _posts(out: Path, reposts: pl.LazyFrame) -> pl.LazyFrame:
    """The standing posts without texts, and whether anybody reposted them."""
    columns = ("post_id", "author_id", "posted_at", "reply_to_post_id", "parent_author_id")
    posts = pl.scan_parquet(out / "standing_posts.parquet").select(columns)
    known = reposts.select("post_id").unique().with_columns(reposted=True)
    return posts.join(known, on="post_id", how="left").with_columns(pl.col("reposted").fill_null(value=False))


def _direct(posts: pl.LazyFrame, follows: pl.LazyFrame, visible: pl.LazyFrame) -> pl.LazyFrame:
    """The entries that are own posts or posts of followees."""
    to_followers = posts.join(visible, left_on="author_id", right_on="followee_id")
    parent = pl.col("parent_author_id")
    for_all = pl.col("reply_to_post_id").is_null() | (parent == SELF) | (parent == pl.col("follower_id"))
    known = to_followers.filter(~for_all.fill_null(value=False) & parent.is_not_null()).join(
        follows, left_on=["follower_id", "parent_author_id"], right_on=["follower_id", "followee_id"], how="semi"
    )
    return pl.concat(
        [
            _entries(posts.with_columns(follower_id=SELF)),
            _entries(to_followers.filter(for_all)),
            _entries(known),
        ]
    )


def _entries(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Posts with their reader as entries."""
    nobody = pl.lit(None, pl.Int64).alias("reposter_id")
    return rows.select(
        pl.col("follower_id").alias("reader_id"),
        "post_id",
        "author_id",
        nobody,
        entered_at="posted_at",
        reposted="reposted",
    )


def _newest(entries: pl.LazyFrame, cap: int) -> pl.LazyFrame:
    """The newest entries of each reader with their positions: ranking within readers is quicker than to sort all."""
    newest_first = pl.struct(-pl.col("entered_at").cast(pl.Int64), -pl.col("post_id"))
    position = newest_first.rank("ordinal").over("reader_id").cast(pl.Int32).alias("position")
    return entries.with_columns(position).filter(pl.col("position") <= cap).select("reader_id", "position", *ENTRY[1:])


def write(out: Path, cap: int) -> None:
    """Writes newsfeed-polars.parquet."""
    newsfeed(out, cap).sink_parquet(out / "newsfeed-polars.parquet", engine="streaming")


def main() -> None:
    """Writes the newsfeed; prints the seconds as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cap", type=int, default=800)
    arguments = parser.parse_args()
    start = perf_counter()
    write(arguments.out, arguments.cap)
    print(json.dumps({"newsfeed": perf_counter() - start}))


if __name__ == "__main__":
    main()
