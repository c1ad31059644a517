"""Failures of the trainer, a tree based on `engine.errors`.

DiktovkaError
├── DownloadError          a corpus that cannot be downloaded
│   ├── AddressUnusable
│   ├── SiteUnreachable
│   ├── SiteRefused
│   ├── SiteFailing        it refuses several archives in a row
│   ├── NoArchives
│   ├── NothingChosen
│   ├── SpaceMissing
│   ├── ModelUnknown       neither a folder nor a downloadable model
│   ├── ModelFileBroken
│   └── ArchiveBroken
├── CorpusError            a corpus or feature cache that cannot be used
│   ├── NoRecordings
│   ├── NothingUsable
│   ├── UtteranceUnusable
│   └── CacheFolderTaken
├── SynthesiserError       sentences that cannot be synthesised
│   ├── NothingToTeach
│   ├── SynthesiserMissing
│   └── SynthesiserFailed
└── TrainingError          a training run that cannot continue
    ├── TooFewOwn
    ├── TrainingNotInstalled   the program was installed without training
    ├── TrainingNotIncluded    the bundle has no training
    ├── CardUnusable
    ├── TrainingStopped    its process ended by itself
    ├── MemoryMissing      it would not even begin
    ├── RunInUse           another process trains it
    ├── RunRemoved         its folder is gone
    └── WorkerLost         another process of the training has ended
"""

from engine.errors import DiktovkaError


class DownloadError(DiktovkaError):
    template = "The recordings cannot be downloaded: {reason}."


class AddressUnusable(DownloadError):
    template = "The address {url} cannot be used: {reason}. Check it, or choose another."


class SiteUnreachable(DownloadError):
    template = "The site {site} cannot be reached: {reason}. Try again later; what was downloaded is kept."


class SiteRefused(DownloadError):
    template = "The site answered {url} with the error {status}. Check the address, or try again later."


class SiteFailing(DownloadError):
    template = (
        "The site {site} answers one request after the other with the error {status}. "
        "Try again later; what was downloaded is kept."
    )


class NoArchives(DownloadError):
    template = "The page {url} lists no archives with recordings (.tgz). Check the address, or choose another."


class NothingChosen(DownloadError):
    template = "No archive has {text} in its name. Choose another part of a name, or all archives."


class SpaceMissing(DownloadError):
    template = (
        "{path} has {free_gb} GB of free space, but {needed_gb} GB are needed. "
        "Free some space, or choose fewer archives or another folder."
    )


class ModelUnknown(DownloadError):
    template = "There is neither a folder nor a model {name}. These can be downloaded: {names}."


class ModelFileBroken(DownloadError):
    template = "The file {name} did not arrive as the site has it. Try again: it is fetched anew."


class ArchiveBroken(DownloadError):
    template = "The archive {name} cannot be used: {reason}. It is left out."


class CorpusError(DiktovkaError):
    template = "The corpus {path} cannot be used: {reason}."


class NoRecordings(CorpusError):
    template = (
        "There are no recordings with their texts in {path}. Choose a folder in VoxForge's layout, "
        "one with transcripts.tsv, or a CSV manifest (wav_filename,wav_filesize,transcript)."
    )


class NothingUsable(CorpusError):
    template = "None of the {n} recordings in {path} can be used. The commonest reason: {reason}."


class UtteranceUnusable(CorpusError):
    template = "The sentence cannot be added to your voice: {reason}."


class CacheFolderTaken(CorpusError):
    template = "The folder {path} holds other files, which must not be lost. Choose an empty or a new folder."


class SynthesiserError(DiktovkaError):
    template = "The sentences cannot be spoken: {reason}."


class NothingToTeach(SynthesiserError):
    template = "There is no sentence in Russian letters to be taught. Write one a line, numbers as words."


class SynthesiserMissing(SynthesiserError):
    template = "The speech synthesiser {program} is missing; on Debian or Ubuntu: apt install espeak-ng festvox-ru"


class SynthesiserFailed(SynthesiserError):
    template = "The speech synthesiser {program} failed: {reason}"


class TrainingError(DiktovkaError):
    template = "The training cannot go on: {reason}."


class TooFewOwn(TrainingError):
    template = (
        "The model cannot be tuned: of your recordings only {n} can be used. "
        "At least {fewest} with different sentences are needed; record some more."
    )


class TrainingNotInstalled(TrainingError):
    template = (
        "Training needs TensorFlow, which is not installed. Install it with “{command}” and start Diktovka again."
    )


class TrainingNotIncluded(TrainingError):
    template = "This copy of Diktovka is for recognition alone. To train models, install the whole program."


class CardUnusable(TrainingError):
    template = (
        "The graphics card {name} cannot be used ({reason}). "
        "Choose the processor instead: in the settings of the training, or by --device processor."
    )


class MemoryMissing(TrainingError):
    template = (
        "There is not enough memory for a training: it takes at least {needed_mb} MB. "
        "Close other programs, or allow this one more, and try again."
    )


class TrainingStopped(TrainingError):
    template = (
        "The training ended unexpectedly, perhaps for lack of memory. "
        "Start it again: it goes on from the last state that was saved."
    )


class RunInUse(TrainingError):
    template = "Another program is training this run. Wait until it has ended, or stop it there."


class RunRemoved(TrainingError):
    template = (
        "The folder {folder} was removed while the training wrote to it. "
        "Start it again: it goes on from what could be saved there, or begins anew."
    )


class WorkerLost(TrainingError):
    template = (
        "One of the {n} processes of the training is gone or cannot be reached. "
        "What was trained is kept; start all of them again, and it goes on."
    )
