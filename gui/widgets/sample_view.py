"""One sample as a person sees it: a picture, words, a waveform, or plain values."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.contract.messages import Picture, SamplePreview
from gui.theme import current_theme, theme_signals

_FORMATS = {1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888}
# Below this, pixels are shown as the squares that they are.
_SMOOTH_FROM = 128
_PICTURE_HEIGHT = 112
_STRIP_HEIGHT = 60
_LINES = 2
_RADIUS = 6.0


def image_of(picture: Picture) -> QImage:
    """The picture's pixels; empty where there are not as many as it says."""
    stride = picture.width * picture.channels
    if picture.channels not in _FORMATS or len(picture.pixels) < stride * picture.height:
        return QImage()
    # The image shares the bytes' memory, which may be gone before it is.
    return QImage(picture.pixels, picture.width, picture.height, stride, _FORMATS[picture.channels]).copy()


class SampleView(QWidget):
    """Draws one sample, as large as there is room."""

    def __init__(self, sample: SamplePreview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sample = sample
        self._image = image_of(sample.picture) if sample.picture is not None else QImage()
        self._paint = _painter_of(sample)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(sample.text)
        self.setAccessibleDescription(sample.text)
        theme_signals().changed.connect(self.update)

    @property
    def image(self) -> QImage:
        """What is drawn of a picture."""
        return self._image

    def sizeHint(self) -> QSize:
        """Qt's hook: pictures are high, all else is a strip."""
        if self._sample.text:
            return QSize(96, _LINES * self.fontMetrics().lineSpacing() + 4)
        return QSize(96, _STRIP_HEIGHT if self._sample.picture is None else _PICTURE_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Qt's hook."""
        return QSize(44, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(self, painter, QRectF(self.rect()))

    def paint_picture(self, painter: QPainter, area: QRectF) -> None:
        """Keeps its proportions; large pixels stay sharp."""
        _paint_ground(painter, area)
        if self._image.isNull():
            return
        size = self._image.size().scaled(area.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRectF(QPointF(0, 0), size)
        target.moveCenter(area.center())
        is_large = max(self._image.width(), self._image.height()) >= _SMOOTH_FROM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_large)
        painter.drawImage(target, self._image)

    def paint_text(self, painter: QPainter, area: QRectF) -> None:
        """As many lines as have room; the last one says that there is more."""
        painter.setPen(QColor(current_theme().text))
        layout = QTextLayout(" ".join(self._sample.text.split()), self.font())
        layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
        height = painter.fontMetrics().lineSpacing()
        most = max(1, int(area.height() // height))
        layout.beginLayout()
        for number in range(most):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(area.width())
            text = layout.text()[line.textStart() :]
            if number < most - 1:
                text = text[: line.textLength()].rstrip()
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
            painter.drawText(area.translated(0, number * height), Qt.TextFlag.TextSingleLine, shown)
        layout.endLayout()

    def paint_wave(self, painter: QPainter, area: QRectF) -> None:
        """From the lowest to the highest of each span, about a middle line."""
        _paint_ground(painter, area)
        spans = self._sample.wave
        loudest = max(max(abs(low), abs(high)) for low, high in spans) or 1.0
        middle, half = area.center().y(), area.height() / 2 - 4
        step = area.width() / len(spans)
        painter.setPen(QPen(QColor(current_theme().accent), max(1.0, step * 0.7)))
        for number, (low, high) in enumerate(spans):
            x = area.left() + (number + 0.5) * step
            top, bottom = middle - high / loudest * half, middle - low / loudest * half
            painter.drawLine(QPointF(x, top), QPointF(x, max(bottom, top + 1)))

    def paint_values(self, painter: QPainter, area: QRectF) -> None:
        """A bar for each, up from zero or down."""
        _paint_ground(painter, area)
        values = self._sample.values
        if not values:
            return
        largest = max(abs(value) for value in values) or 1.0
        middle, half = area.center().y(), area.height() / 2 - 4
        step = area.width() / len(values)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current_theme().accent))
        for number, value in enumerate(values):
            length = value / largest * half
            bar = QRectF(area.left() + (number + 0.15) * step, middle - length, step * 0.7, length)
            painter.drawRect(bar.normalized())


_Paint = Callable[[SampleView, QPainter, QRectF], None]


def _painter_of(sample: SamplePreview) -> _Paint:
    ways: tuple[tuple[bool, _Paint], ...] = (
        (sample.picture is not None, SampleView.paint_picture),
        (bool(sample.text), SampleView.paint_text),
        (bool(sample.wave), SampleView.paint_wave),
    )
    return next((paint for is_so, paint in ways if is_so), SampleView.paint_values)


def _paint_ground(painter: QPainter, area: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(current_theme().raised))
    painter.drawRoundedRect(area, _RADIUS, _RADIUS)
