#include "ci/dualpath/bisect_command.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/algorithm/string/split.hpp>
#include <filesystem>
#include <iostream>
#include <limits>

#include "ci/dualpath/common_options.h"
#include "ci/dualpath/own_options.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/text.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/process.h"

namespace dualpath::cli {
namespace {

namespace fs = std::filesystem;
using bisect::Judgement;

/// git-bisect(1), "Bisect run": 1 to 127 but 125 are bad, 128 to 255 end the bisection.
enum GitCode : int { kGood = 0, kBad = 1, kSkip = 125, kEnd = 255 };

constexpr char kCasesProgram[] = "/dualpath_cases";
constexpr std::chrono::minutes kListBudget{1};

/// A word for results and output: the file's name, without what a shell would quote.
std::string NameOf(std::size_t index, const std::string& version) {
  std::string name = fs::path(version).lexically_normal().filename().string();
  if (name.empty() || name == ".") name = "kernel";
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '-' && c != '_'; },
      '_');
  return std::to_string(index + 1) + "-" + name;
}

const char* ToString(Judgement judgement) {
  if (judgement == Judgement::kUntestable) return "no verdict";
  return judgement == Judgement::kGood ? "good" : "bad";
}

/// Checks that there is such a case, which costs no VM.
Status CheckCase(const std::string& program, const std::string& name) {
  const process::Command list{{program, "--gtest_list_tests", "--gtest_filter=" + name}};
  DUALPATH_TRY(const std::string tests, process::ExecuteChecked(list, Deadline::In(kListBudget)));
  if (tests.find("\n  ") != std::string::npos) return Ok{};
  return Error::Because("bisect", name,
                        program +
                            " has no such case; give its full name, "
                            "Suite.Case");
}

}  // namespace

BisectCommand::BisectCommand(CLI::App& app)
    : Subcommand(app.add_subcommand(
          "bisect", "Find the kernel, or the overlay, with which a case begins to fail")) {
  command_->add_option("CASE", case_, "The case: Suite.Case")->required();
  command_->add_option(
      "VERSION", between_,
      "The versions between both, in order from the good one to the bad one: kernels, as "
      "for --kernel");
  command_->add_option("--good", good_, "A version with which the case passes");
  command_->add_option("--bad", bad_,
                       "A version with which it fails: newer, or older if a fix is looked for");
  command_->add_flag("--overlays", overlays_,
                     "The versions are overlays, as for --overlay; those that go together are "
                     "separated by colons");
  command_
      ->add_option("--repeat", repeat_,
                   "Runs of the case on each version; one that fails makes it bad")
      ->check(CLI::Range(1, std::numeric_limits<int>::max()))
      ->capture_default_str();
  command_->add_flag("--step", step_,
                     "Only run the case, for `git bisect run`: ends with 0 if it passes, 1 if it "
                     "fails, 125 without a verdict, 255 on wrong usage. In a kernel's build tree, "
                     "with the kernel built there");
  AddLabOptions(*command_, options_.stack, options_.accelerator);
  AddOwnOptions(*command_, options_.own);
  // Not in the current directory, which may be a kernel's tree.
  options_.results = fs::path(process::DefaultResults()).parent_path().string() + "/bisect";
  AddResultsOption(*command_, options_.results, "Directory of the results, one per version in it")
      ->default_str("build/bisect beside the program");
  command_->footer(
      "In a kernel tree: git bisect run sh -c 'make -j4 || exit 125; dualpath bisect "
      "--step CASE'\n" +
      std::string(kAboutOwn));
}

int BisectCommand::Run() {
  options_.command = {process::OwnDirectory() + kCasesProgram, "--gtest_filter=" + case_};
  Status checked = CheckUsage();
  if (checked.ok()) checked = CheckCase(options_.command[0], case_);
  if (!checked.ok()) {
    std::cerr << "dualpath: " << checked.error().ToString() << "\n";
    return step_ ? int{kEnd} : int{kUsage};
  }
  return step_ ? RunStep() : RunSearch();
}

Status BisectCommand::CheckUsage() const {
  const auto wrong = [](const std::string& what, const std::string& why) {
    return Error::Because("bisect", what, why);
  };
  if (step_) {
    if (!good_.empty() || !bad_.empty() || !between_.empty()) {
      return wrong("--step", "git has the versions: leave out --good, --bad and VERSION");
    }
    if (options_.own.ChangesImage() || fs::exists("arch/x86/boot/bzImage")) return Ok{};
    return wrong("--step",
                 "this directory has no arch/x86/boot/bzImage: run it in a kernel's build "
                 "tree, or give --kernel or --overlay");
  }
  if (good_.empty() || bad_.empty()) {
    return wrong("--good and --bad",
                 "both are needed: a version that passes and one that "
                 "does not");
  }
  if (!overlays_ && !options_.own.kernel.empty()) {
    return wrong("--kernel " + options_.own.kernel,
                 "the versions are kernels; with --overlays they would be overlays");
  }
  for (const Version& version : Versions()) {
    DUALPATH_TRY_STATUS(lab::CheckOwn(OwnOf(version)));
  }
  return Ok{};
}

std::vector<BisectCommand::Version> BisectCommand::Versions() const {
  std::vector<Version> versions{good_};
  versions.insert(versions.end(), between_.begin(), between_.end());
  versions.push_back(bad_);
  return versions;
}

lab::Own BisectCommand::OwnOf(const Version& version) const {
  lab::Own own = options_.own;
  if (!overlays_) {
    own.kernel = version;
    return own;
  }
  std::vector<std::string> overlays;
  boost::split(overlays, version, [](char c) { return c == ':'; });
  own.overlays.insert(own.overlays.end(), overlays.begin(), overlays.end());
  return own;
}

Judgement BisectCommand::Judge(const lab::Own& own, const std::string& results) const {
  ExecOptions options = options_;
  options.own = own;
  options.results = results;
  for (int run = 0; run < repeat_; ++run) {
    const int code = Exec(options);
    if (code == kCaseFailed) return Judgement::kBad;
    if (code != kAllPassed) return Judgement::kUntestable;
  }
  return Judgement::kGood;
}

int BisectCommand::RunStep() {
  lab::Own own = options_.own;
  if (!own.ChangesImage()) own.kernel = ".";
  switch (Judge(own, options_.results)) {
    case Judgement::kGood:
      return kGood;
    case Judgement::kBad:
      return kBad;
    default:
      return kSkip;
  }
}

int BisectCommand::RunSearch() {
  const std::vector<Version> versions = Versions();
  const auto change = bisect::FindChange(versions.size(), [&](std::size_t index) {
    const std::string name = NameOf(index, versions[index]);
    const Judgement judgement = Judge(OwnOf(versions[index]), options_.results + "/" + name);
    std::cout << fmt::format("[{}/{}] {:10} {}\n", index + 1, versions.size(), ToString(judgement),
                             versions[index])
              << std::flush;
    return judgement;
  });
  if (!change.ok()) {
    std::cerr << "dualpath: " << change.error().ToString() << "; results: " << options_.results
              << "\n";
    return kInfrastructure;
  }
  std::cout << "last good:  " << versions[change->last_good] << "\n";
  for (const std::size_t index : change->untestable) {
    std::cout << "no verdict: " << versions[index] << "\n";
  }
  std::cout << "first bad:  " << versions[change->first_bad] << "\nresults: " << options_.results
            << "\n";
  return kAllPassed;
}

}  // namespace dualpath::cli
