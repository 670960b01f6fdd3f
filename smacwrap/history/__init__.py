"""Everything a study knows: runs, live-rundata files, the incumbent and its trajectory."""

from smacwrap.history.live_rundata_reader import LiveRundataReader
from smacwrap.history.live_rundata_writer import Instance, LiveRundataWriter, StudyIdentity
from smacwrap.history.objective import Incumbents, Objective
from smacwrap.history.run import Run
from smacwrap.history.study import HistoryReader, Study

__all__ = [
    "HistoryReader",
    "Incumbents",
    "Instance",
    "LiveRundataReader",
    "LiveRundataWriter",
    "Objective",
    "Run",
    "Study",
    "StudyIdentity",
]
