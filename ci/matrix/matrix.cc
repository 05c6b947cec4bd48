#include "ci/matrix/matrix.h"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>

#include "ci/flakes/ctest_list.h"
#include "ci/flakes/ledger.h"
#include "ci/flakes/plan.h"
#include "ci/flakes/run_once.h"
#include "ci/matrix/column.h"
#include "ci/matrix/matrix_page.h"
#include "ci/matrix/table.h"
#include "ci/results/results.h"
#include "ci/results/run_id.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/lab/image/built_image.h"
#include "helpers/lab/image/recipe.h"
#include "helpers/process/progress.h"

namespace dualpath::matrix {
namespace {

namespace fs = std::filesystem;
using flakes::CtestCase;

constexpr std::chrono::hours kLongestPreparation{2};  // an image and its snapshots

/// Builds the stack's image and snapshots.
Status Prepare(const std::string& build, const std::string& stack) {
  process::Command ctest{{"ctest", "--output-on-failure", "-R", "^lab[.]prepare$"}};
  ctest.working_directory = build;
  ctest.environment["DUALPATH_STACK"] = stack;
  const process::Stage stage("prepare the lab of " + stack);
  DUALPATH_TRY_STATUS(process::ExecuteChecked(ctest, Deadline::In(kLongestPreparation)));
  return Ok{};
}

Result<std::vector<std::pair<std::string, std::string>>> VersionsOf(const std::string& stack) {
  DUALPATH_TRY(const lab::Cache cache, lab::Cache::Open());
  DUALPATH_TRY(const auto image, lab::FindImage(cache, stack));
  std::vector<std::pair<std::string, std::string>> versions;
  versions.reserve(std::size(lab::kPackagesThatMatter));
  for (const char* package : lab::kPackagesThatMatter) {
    versions.emplace_back(package, image ? image->VersionOf(package) : "-");
  }
  return versions;
}

/// Makes the results of all cases those of one run: after an interruption they are of several.
Status MarkAll(const std::string& results, const std::vector<flakes::CaseRun>& runs) {
  DUALPATH_TRY(const std::string id, results::RunIdOf(::getpid()));
  for (const flakes::CaseRun& run : runs) {
    DUALPATH_TRY_STATUS(results::MarkCase(results + "/" + results::DirectoryName(run.name), id));
  }
  DUALPATH_TRY_STATUS(results::MarkCase(results, id));
  return results::MergeJunit(results);
}

/// Runs the column's cases that have not run yet.
Status RunCases(const MatrixOptions& options, const std::vector<CtestCase>& tests,
                const std::string& stack, std::ostream& out) {
  const std::string results = options.results + "/" + stack;
  std::map<std::string, CtestCase> by_name;
  flakes::Setup setup{0, 0, options.jobs, flakes::BuildOf(tests), {}};
  for (const CtestCase& test : tests) {
    by_name[test.name] = test;
    setup.cases.push_back(test.name);
  }
  DUALPATH_TRY(flakes::Ledger ledger,
               flakes::Ledger::Open(results + "/runs.ndjson", setup, /*seed_is_given=*/true));
  DUALPATH_TRY_STATUS(flakes::RunPlan(
      ledger, 1,
      [&](const std::string& name, int) {
        CtestCase test = by_name.at(name);
        test.command.environment["DUALPATH_RESULTS"] = results;
        test.command.environment["DUALPATH_STACK"] = stack;
        return flakes::RunOnce(test).run;
      },
      [&](const flakes::CaseRun& run, std::size_t done, std::size_t all) {
        out << fmt::format("[{} {}/{}] {:10} {:7.1f} s  {}\n", stack, done, all,
                           results::Describe(run.verdict), run.seconds, run.name)
            << std::flush;
      }));
  return MarkAll(results, ledger.runs());
}

Status RunColumn(const MatrixOptions& options, const std::vector<CtestCase>& tests,
                 const std::string& stack, std::ostream& out) {
  out << "[" << stack << "] preparing the lab\n" << std::flush;
  Column column;
  column.name = stack;
  Status ran = Prepare(options.build, stack);
  if (ran.ok()) ran = RunCases(options, tests, stack, out);
  if (!ran.ok()) {
    column.error = ran.error().ToString();
    out << "[" << stack << "] " << column.error << "\n" << std::flush;
  }
  DUALPATH_TRY(column.versions, VersionsOf(stack));
  return WriteColumn(options.results, column);
}

Status RunColumns(const MatrixOptions& options, std::ostream& out) {
  const std::vector<std::string> by_default{"-L", "^case$"};
  DUALPATH_TRY(const std::vector<CtestCase> tests,
               flakes::ListCtestCases(options.build,
                                      options.selection.empty() ? by_default : options.selection));
  if (tests.empty())
    return Error::Because("list the cases", options.build,
                          "none is selected, or its program is not built");
  for (const std::string& stack : options.stacks.empty() ? lab::KnownStacks() : options.stacks) {
    if (options.restart) {
      std::error_code ec;
      fs::remove_all(options.results + "/" + stack, ec);
      if (ec) return Error::FromErrno("remove results", options.results + "/" + stack, ec.value());
    }
    DUALPATH_TRY_STATUS(RunColumn(options, tests, stack, out));
  }
  return Ok{};
}

Status Report(const std::string& directory, const std::vector<Column>& columns,
              const results::Github& github, std::ostream& out) {
  const std::string table = ToMarkdown(columns);
  const results::Fence fence = results::FenceOf(github);
  out << fence.before << "\n" << table << fence.after;
  DUALPATH_TRY_STATUS(WriteFileAtomically(directory + "/matrix.md", table));
  DUALPATH_TRY_STATUS(WriteFileAtomically(directory + "/known-issues.md", KnownIssues(columns)));
  DUALPATH_TRY_STATUS(WriteFileAtomically(directory + "/index.html", MatrixPage(columns)));
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const Column& column : columns) names.push_back(column.name);
  DUALPATH_TRY_STATUS(results::MergeJunitOf(directory, names));
  out << "page: " << directory << "/index.html\nresults: " << directory
      << " (merged JUnit: junit.xml, tables: matrix.md, known-issues.md)\n";
  if (github.step_summary.empty()) return Ok{};
  std::ofstream summary(github.step_summary, std::ios::app);
  summary << table << std::flush;
  if (!summary) return Error::FromErrno("append the job's summary", github.step_summary, errno);
  return Ok{};
}

Result<int> Run(MatrixOptions options, const results::Github& github, std::ostream& out) {
  std::error_code ec;
  options.results = fs::absolute(options.results, ec).string();
  if (options.shards.empty()) {
    DUALPATH_TRY_STATUS(RunColumns(options, out));
  } else {
    DUALPATH_TRY_STATUS(MergeMatrices(options.shards, options.results));
  }
  DUALPATH_TRY(const std::vector<Column> columns, ReadColumns(options.results, options.stacks));
  DUALPATH_TRY_STATUS(Report(options.results, columns, github, out));
  return ExitCodeOf(columns);
}

}  // namespace

int Matrix(const MatrixOptions& options, const results::Github& github, std::ostream& out,
           std::ostream& err) {
  const Result<int> code = Run(options, github, out);
  if (code.ok()) return *code;
  err << "dualpath matrix: " << code.error().ToString() << "\n";
  return kInfrastructure;
}

}  // namespace dualpath::matrix
