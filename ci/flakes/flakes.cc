#include "ci/flakes/flakes.h"

#include <spdlog/fmt/fmt.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "ci/flakes/ctest_list.h"
#include "ci/flakes/figures.h"
#include "ci/flakes/ledger.h"
#include "ci/flakes/load.h"
#include "ci/flakes/plan.h"
#include "ci/flakes/run_once.h"
#include "ci/results/results.h"
#include "ci/results/run.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/process/progress.h"

namespace dualpath::flakes {
namespace {

namespace fs = std::filesystem;
using results::Verdict;

constexpr std::chrono::minutes kLongestPreparation{60};

/// Runs one case. Its results are kept only if it did not pass.
CaseRun RunCase(CtestCase test, const std::string& results) {
  test.command.environment["DUALPATH_RESULTS"] = results;
  const EndedRun ended = RunOnce(test);
  const fs::path directory = fs::path(results) / results::DirectoryName(test.name);
  std::error_code ec;
  if (ended.run.verdict == Verdict::kPassed || ended.run.verdict == Verdict::kSkipped) {
    fs::remove_all(directory, ec);
  } else {
    // What it printed tells a launcher that failed from a case that did.
    static_cast<void>(WriteFileAtomically((directory / "output.log").string(), ended.output));
  }
  return ended.run;
}

/// Brings about what the cases' fixtures do once for all cases: the lab's image and snapshots.
Status Prepare(const std::string& build) {
  process::Command ctest{{"ctest", "--output-on-failure", "-R", "^lab[.]prepare$"}};
  ctest.working_directory = build;
  const process::Stage stage("prepare the lab");
  DUALPATH_TRY_STATUS(process::ExecuteChecked(ctest, Deadline::In(kLongestPreparation)));
  return Ok{};
}

Result<int> Run(const FlakesOptions& options, std::ostream& out) {
  const std::vector<std::string> by_default{"-L", "^case$"};
  DUALPATH_TRY(
      const std::vector<CtestCase> tests,
      ListCtestCases(options.build, options.selection.empty() ? by_default : options.selection));
  if (tests.empty())
    return Error::Because("list the cases", options.build,
                          "none is selected, or its program is not built");
  std::map<std::string, CtestCase> by_name;
  Setup setup{options.seed.value_or(0),
              options.load,
              options.jobs,
              BuildOf(tests) + (options.own.empty() ? "" : " " + options.own),
              {}};
  for (const CtestCase& test : tests) {
    by_name[test.name] = test;
    setup.cases.push_back(test.name);
  }
  std::error_code ec;
  const std::string state = fs::absolute(options.state, ec).string();
  const std::string runs = state + "/runs.ndjson";
  if (options.restart) DUALPATH_TRY_STATUS(RemoveFile(runs));
  DUALPATH_TRY(Ledger ledger, Ledger::Open(runs, setup, options.seed.has_value()));
  out << fmt::format("{} cases, {} rounds, seed {}, load {}; {} runs so far in {}\n", tests.size(),
                     options.repeat, ledger.setup().seed, options.load, ledger.runs().size(), runs)
      << std::flush;
  DUALPATH_TRY_STATUS(Prepare(options.build));
  {
    const Load load(options.load, state);
    DUALPATH_TRY_STATUS(RunPlan(
        ledger, options.repeat,
        [&](const std::string& name, int round) {
          return RunCase(by_name.at(name), fmt::format("{}/results/{}", state, round));
        },
        [&](const CaseRun& run, std::size_t done, std::size_t all) {
          out << fmt::format("[{}/{}] round {} {:10} {:7.1f} s  {}\n", done, all, run.round,
                             results::Describe(run.verdict), run.seconds, run.name)
              << std::flush;
        }));
  }
  const std::vector<CaseFigures> figures = FiguresOf(ledger);
  out << "\n" << ToText(ledger.setup(), figures);
  if (!options.json.empty()) {
    DUALPATH_TRY_STATUS(WriteFileAtomically(options.json, ToJsonText(ledger.setup(), figures)));
  }
  bool ran = false;
  for (const CaseFigures& each : figures) {
    if (each.failures + each.no_verdicts > 0) {
      out << "results of the runs that did not pass: " << state << "/results\n";
      return kCaseFailed;
    }
    ran = ran || each.runs > 0;
  }
  return ran ? kAllPassed : kNothingRan;
}

}  // namespace

int Flakes(const FlakesOptions& options, std::ostream& out, std::ostream& err) {
  const Result<int> code = Run(options, out);
  if (code.ok()) return *code;
  err << "dualpath flakes: " << code.error().ToString() << "\n";
  return kInfrastructure;
}

}  // namespace dualpath::flakes
