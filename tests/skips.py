"""The option --no-skips: a run that leaves a test out does not pass."""

import pytest


class NoSkips:
    def __init__(self):
        self.skipped = []

    def note(self, report):
        if report.skipped:  # expected failures count too
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "expected to fail"
            self.skipped.append(f"{report.nodeid}: {reason}")

    pytest_runtest_logreport = pytest_collectreport = note

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        if self.skipped:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.skipped:
            terminalreporter.section("skipped, which --no-skips forbids", red=True)
            for line in sorted(self.skipped):
                terminalreporter.line(line)
