#include "helpers/lab/image/digest.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "helpers/process/process.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHexDigits = 64;

Result<std::string> Sha256Sum(const process::Command& command) {
  // Enough for several gigabytes from a slow disk.
  return process::ExecuteChecked(command, Deadline::In(std::chrono::minutes(10)));
}

}  // namespace

Result<std::string> DigestOfText(const std::string& text) {
  DUALPATH_TRY(const std::string out, Sha256Sum({{"sha256sum"}, text}));
  return out.substr(0, kHexDigits);
}

Result<std::string> KeyOfText(const std::string& text) {
  constexpr std::size_t kDigits = 12;
  DUALPATH_TRY(const std::string digest, DigestOfText(text));
  return digest.substr(0, kDigits);
}

Result<std::vector<std::string>> DigestsOfFiles(const std::vector<std::string>& paths) {
  if (paths.empty()) return std::vector<std::string>();  // sha256sum would read standard input
  process::Command command{{"sha256sum", "--zero", "--"}};
  command.argv.insert(command.argv.end(), paths.begin(), paths.end());
  DUALPATH_TRY(const std::string out, Sha256Sum(command));
  std::vector<std::string> digests;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line, '\0');) {
    digests.push_back(line.substr(0, kHexDigits));
  }
  return digests;
}

Result<std::string> DigestOfTree(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code ec;
  for (auto it = fs::recursive_directory_iterator(directory, ec);
       !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
    if (it->is_regular_file()) files.push_back(it->path().string());
  }
  if (ec) return Error::FromErrno("list directory", directory, ec.value());
  std::sort(files.begin(), files.end());
  DUALPATH_TRY(const std::vector<std::string> digests, DigestsOfFiles(files));
  std::string listing;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool executable =
        (fs::status(files[i], ec).permissions() & fs::perms::owner_exec) != fs::perms::none;
    listing += digests[i] + (executable ? " x " : " - ") + files[i].substr(directory.size()) + "\n";
  }
  return DigestOfText(listing);
}

}  // namespace dualpath::lab
