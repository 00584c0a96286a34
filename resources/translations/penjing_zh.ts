<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>BusyStrip</name>
    <message>
        <source>Cancelling…</source>
        <translation>正在取消…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>ChannelsTab</name>
    <message>
        <source>This layer has no output channels.</source>
        <translation>此层没有输出通道。</translation>
    </message>
    <message>
        <source>Smallest and largest weight of each output channel</source>
        <translation>每个输出通道的最小和最大权重</translation>
    </message>
    <message>
        <source>Smallest and largest weight of {count} output channels each</source>
        <translation>每 {count} 个输出通道的最小和最大权重</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道数</translation>
    </message>
    <message>
        <source>Dead channels</source>
        <translation>全零通道</translation>
    </message>
    <message>
        <source>Widest channel</source>
        <translation>最大通道幅值</translation>
    </message>
    <message>
        <source>Widest over middle</source>
        <translation>最大 / 中位幅值</translation>
    </message>
</context>
<context>
    <name>ClosingDialog</name>
    <message>
        <source>A run is going on</source>
        <translation>有运行正在进行</translation>
    </message>
    <message>
        <source>&quot;{name}&quot; is not finished</source>
        <translation>“{name}”尚未结束</translation>
    </message>
    <message>
        <source>What is to become of it when the window closes?</source>
        <translation>关闭窗口时如何处理它？</translation>
    </message>
    <message>
        <source>Keep running in the background</source>
        <translation>在后台继续运行</translation>
    </message>
    <message>
        <source>It goes on without the window; open its folder later to see it.</source>
        <translation>它会在没有窗口的情况下继续；之后打开其文件夹即可查看。</translation>
    </message>
    <message>
        <source>Pause and save</source>
        <translation>暂停并保存</translation>
    </message>
    <message>
        <source>It stops now and can be resumed from its last checkpoint.</source>
        <translation>立即停止，之后可从最近的检查点继续。</translation>
    </message>
    <message>
        <source>Cancel the run</source>
        <translation>取消运行</translation>
    </message>
    <message>
        <source>It ends now; the best result so far is kept.</source>
        <translation>立即结束；保留目前最好的结果。</translation>
    </message>
    <message>
        <source>Go back</source>
        <translation>返回</translation>
    </message>
</context>
<context>
    <name>ComparePage</name>
    <message>
        <source>Nothing to compare yet</source>
        <translation>还没有可对比的内容</translation>
    </message>
    <message>
        <source>Once a run is done, its model stands here beside the original.</source>
        <translation>运行完成后，压缩后的模型会在这里与原模型并列显示。</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Confusion</source>
        <translation>混淆矩阵</translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation>舍入</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>{points} pts</source>
        <translation>{points} 个百分点</translation>
    </message>
    <message>
        <source>smaller int8 file</source>
        <translation>int8 文件缩小</translation>
    </message>
    <message>
        <source>larger int8 file</source>
        <translation>int8 文件增大</translation>
    </message>
    <message>
        <source>faster in ONNX Runtime</source>
        <translation>ONNX Runtime 中提速</translation>
    </message>
    <message>
        <source>slower in ONNX Runtime</source>
        <translation>ONNX Runtime 中变慢</translation>
    </message>
    <message>
        <source>accuracy on the test split</source>
        <translation>测试集准确率变化</translation>
    </message>
    <message>
        <source>fewer MACs</source>
        <translation>MAC 减少</translation>
    </message>
    <message>
        <source>more MACs</source>
        <translation>MAC 增加</translation>
    </message>
    <message>
        <source>fewer parameters</source>
        <translation>参数量减少</translation>
    </message>
    <message>
        <source>more parameters</source>
        <translation>参数量增加</translation>
    </message>
    <message>
        <source>completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>cancelled; this is its best so far</source>
        <translation>已取消；这是目前的最佳结果</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message numerus="yes">
        <source>%n thread(s)</source>
        <translation>
            <numerusform>%n 个线程</numerusform>
        </translation>
    </message>
    <message>
        <source>Measured on {machine}</source>
        <translation>测量环境：{machine}</translation>
    </message>
</context>
<context>
    <name>CompareWords</name>
    <message>
        <source>ONNX file</source>
        <translation>ONNX 文件</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>归档</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>Not zero</source>
        <translation>非零参数</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MAC</translation>
    </message>
    <message>
        <source>Bit operations</source>
        <translation>位运算</translation>
    </message>
    <message>
        <source>Weights, computed</source>
        <translation>权重（计算值）</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精确率</translation>
    </message>
    <message>
        <source>Recall</source>
        <translation>召回率</translation>
    </message>
    <message>
        <source>F1</source>
        <translation>F1</translation>
    </message>
    <message>
        <source>Top 5</source>
        <translation>Top-5</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>{points} pts</source>
        <translation>{points} 个百分点</translation>
    </message>
</context>
<context>
    <name>CompressPage</name>
    <message>
        <source>Compress</source>
        <translation>压缩</translation>
    </message>
    <message>
        <source>Choose what to remove, how to round, and how to win accuracy back.</source>
        <translation>选择剪掉什么、如何量化，以及如何恢复准确率。</translation>
    </message>
    <message>
        <source>No whole model is open</source>
        <translation>尚未打开完整模型</translation>
    </message>
    <message>
        <source>Open a model whose network is known; the wizard then leads from your goal to a recipe.</source>
        <translation>请打开网络结构已知的模型；向导会从目标一步步带您得到配方。</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>打开模型</translation>
    </message>
    <message>
        <source>The recipe could not be saved: {reason}</source>
        <translation>无法保存配方：{reason}</translation>
    </message>
    <message>
        <source>Saved as {path}</source>
        <translation>已保存为 {path}</translation>
    </message>
</context>
<context>
    <name>ConfusionView</name>
    <message>
        <source>Before</source>
        <translation>压缩前</translation>
    </message>
    <message>
        <source>After</source>
        <translation>压缩后</translation>
    </message>
    <message>
        <source>No confusion matrix</source>
        <translation>没有混淆矩阵</translation>
    </message>
    <message>
        <source>With so many classes its cells would hardly be seen: a run keeps the metrics alone.</source>
        <translation>类别太多，矩阵的格子几乎看不清：此时运行只保留各项指标。</translation>
    </message>
    <message>
        <source>Rows are the true classes, columns the model&apos;s answers.</source>
        <translation>行为真实类别，列为模型的回答。</translation>
    </message>
    <message numerus="yes">
        <source> Each square sums up %n class(es) in a row.</source>
        <translation>
            <numerusform>每格合计连续的 %n 个类别。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DataCard</name>
    <message>
        <source>Say where the data lies, or choose “No data”.</source>
        <translation>请指明数据的位置，或选择“无数据”。</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Shows ten samples and what the data holds</source>
        <translation>显示十个样本和数据概况</translation>
    </message>
    <message>
        <source>The digits that ship with Penjing: 28 × 28 grey pixels, ten classes.</source>
        <translation>Penjing 自带的手写数字：28 × 28 灰度像素，十个类别。</translation>
    </message>
    <message>
        <source>Without data you see what is inside. To prune and quantize, and to measure, name some; you can drop a file or a folder here.</source>
        <translation>没有数据也能查看模型内部；剪枝、量化和测量需要数据，可拖放到这里。</translation>
    </message>
    <message>
        <source>Fewer settings</source>
        <translation>收起设置</translation>
    </message>
    <message>
        <source>More settings</source>
        <translation>更多设置</translation>
    </message>
</context>
<context>
    <name>DataPage</name>
    <message>
        <source>Reading the data…</source>
        <translation>正在读取数据…</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Other data…</source>
        <translation>更换数据…</translation>
    </message>
    <message>
        <source>Samples of each class</source>
        <translation>各类别的样本数</translation>
    </message>
    <message>
        <source>Training samples</source>
        <translation>训练样本</translation>
    </message>
    <message>
        <source>Validation samples</source>
        <translation>验证样本</translation>
    </message>
    <message>
        <source>Test samples</source>
        <translation>测试样本</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Shape of a sample</source>
        <translation>样本形状</translation>
    </message>
    <message>
        <source>Taken out of training; chooses the best epoch.</source>
        <translation>从训练集中取出，用于选出最好的一轮。</translation>
    </message>
    <message>
        <source>Only ever reported: nothing is chosen by them.</source>
        <translation>只用于报告，不参与任何选择。</translation>
    </message>
    <message>
        <source>{count} test samples</source>
        <translation>{count} 个测试样本</translation>
    </message>
    <message>
        <source>Open a model to see its answers.</source>
        <translation>打开模型后即可看到它的预测。</translation>
    </message>
    <message>
        <source>The model is right on {right} of {count}</source>
        <translation>{count} 个样本中模型答对 {right} 个</translation>
    </message>
    <message>
        <source>Reading was cancelled</source>
        <translation>已取消读取</translation>
    </message>
    <message>
        <source>Read the data</source>
        <translation>读取数据</translation>
    </message>
    <message>
        <source>The data cannot be shown</source>
        <translation>无法显示数据</translation>
    </message>
    <message>
        <source>Change the data</source>
        <translation>更换数据</translation>
    </message>
    <message>
        <source>No data yet</source>
        <translation>尚无数据</translation>
    </message>
    <message>
        <source>Name data where you open a model: here you see what it holds, sample by sample.</source>
        <translation>打开模型时指明数据，即可在这里逐个样本查看。</translation>
    </message>
    <message>
        <source>Choose data</source>
        <translation>选择数据</translation>
    </message>
    <message>
        <source>The model says {name}, with {probability}.</source>
        <translation>模型预测为 {name}，概率 {probability}。</translation>
    </message>
</context>
<context>
    <name>DistillCard</name>
    <message>
        <source>Learn from the original</source>
        <translation>向原模型学习</translation>
    </message>
    <message>
        <source>Training also follows the answers of the uncompressed model; an epoch takes a third longer.</source>
        <translation>训练时还跟随未压缩模型的输出；每轮约多用三分之一的时间。</translation>
    </message>
</context>
<context>
    <name>DropZone</name>
    <message>
        <source>Drop a model here</source>
        <translation>将模型拖放到这里</translation>
    </message>
    <message>
        <source>PyTorch, Lightning, safetensors, TorchScript, .pt2, ONNX or .penjing; a Hugging Face folder; a recipe or the folder of a run</source>
        <translation>PyTorch、Lightning、safetensors、TorchScript、.pt2、ONNX 或 .penjing；Hugging Face 文件夹；配方或运行的文件夹</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>A run, or a Hugging Face model: config.json beside its weights</source>
        <translation>运行的文件夹，或 Hugging Face 模型文件夹（config.json 与权重在一起）</translation>
    </message>
    <message>
        <source>or type a path, torchvision:resnet18, timm:NAME</source>
        <translation>或输入路径、torchvision:resnet18、timm:NAME</translation>
    </message>
    <message>
        <source>Path or name of a model</source>
        <translation>模型的路径或名称</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>选择文件…</translation>
    </message>
</context>
<context>
    <name>EstimateCard</name>
    <message>
        <source>Estimate</source>
        <translation>预估</translation>
    </message>
    <message>
        <source>A few batches are timed on this machine…</source>
        <translation>正在本机上试算几个批次…</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MAC</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>less than a minute</source>
        <translation>不到一分钟</translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s)</source>
        <translation>
            <numerusform>约 %n 分钟</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n hour(s)</source>
        <translation>
            <numerusform>约 %n 小时</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) are pruned.</source>
        <translation>
            <numerusform>剪枝 %n 层。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) are locked.</source>
        <translation>
            <numerusform>锁定 %n 层。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) are quantized.</source>
        <translation>
            <numerusform>量化 %n 层。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) stay float.</source>
        <translation>
            <numerusform>%n 层保持浮点。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExportCard</name>
    <message>
        <source>Write again</source>
        <translation>重新写出</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>写出</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Verified</source>
        <translation>已验证</translation>
    </message>
    <message>
        <source>Not verified</source>
        <translation>未通过验证</translation>
    </message>
    <message>
        <source>{integer} integer, {float} float</source>
        <translation>整数 {integer}，浮点 {float}</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation>一致率</translation>
    </message>
    <message>
        <source>Largest error</source>
        <translation>最大误差</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>Operators</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>{ratio} smaller than the original as float32 ONNX.</source>
        <translation>比原模型的 float32 ONNX 小 {ratio}。</translation>
    </message>
    <message>
        <source>Not smaller than the original as float32 ONNX: {ratio} its size.</source>
        <translation>并不比原模型的 float32 ONNX 小：是其 {ratio}。</translation>
    </message>
</context>
<context>
    <name>ExportPage</name>
    <message>
        <source>{file}: opened and re-run once more.</source>
        <translation>{file}：已重新打开并再次运行。</translation>
    </message>
    <message>
        <source>Nothing to export yet</source>
        <translation>还没有可导出的内容</translation>
    </message>
    <message>
        <source>Once a run is done, its model can be written here in every format, and each file is checked.</source>
        <translation>运行完成后，可在这里把模型写成各种格式，每个文件都会检查。</translation>
    </message>
    <message>
        <source>Every file is opened again after it was written, run, and compared with the model.</source>
        <translation>每个文件写出后都会重新打开、运行，并与模型比对。</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
</context>
<context>
    <name>FileHead</name>
    <message>
        <source>It wants code of its own ({wants}); you are asked before it runs.</source>
        <translation>它要运行自带的代码（{wants}）；运行前会先征求您的同意。</translation>
    </message>
    <message>
        <source>Looking at the file…</source>
        <translation>正在查看文件…</translation>
    </message>
    <message>
        <source>{count} tensors</source>
        <translation>{count} 个张量</translation>
    </message>
    <message>
        <source>{count} parameters</source>
        <translation>{count} 个参数</translation>
    </message>
    <message>
        <source>pruned from {name} with {count} parameters</source>
        <translation>剪枝自 {name}（{count} 个参数）</translation>
    </message>
</context>
<context>
    <name>GoalPage</name>
    <message>
        <source>What shall be done?</source>
        <translation>要做什么？</translation>
    </message>
    <message>
        <source>Or begin with a preset</source>
        <translation>或从预设开始</translation>
    </message>
    <message>
        <source>A preset fills in all pages; every setting can still be changed, and undone.</source>
        <translation>预设会填好所有页面；每一项仍可修改，也可撤销。</translation>
    </message>
    <message>
        <source>Prune and quantize</source>
        <translation>剪枝并量化</translation>
    </message>
    <message>
        <source>The gains multiply: fewer channels, each computed with 8-bit integers.</source>
        <translation>收益相乘：通道更少，并且都用 8 位整数计算。</translation>
    </message>
    <message>
        <source>Prune only</source>
        <translation>仅剪枝</translation>
    </message>
    <message>
        <source>Removes what matters least; the numbers stay floats.</source>
        <translation>去掉最不重要的部分；数值保持浮点。</translation>
    </message>
    <message>
        <source>Quantize only</source>
        <translation>仅量化</translation>
    </message>
    <message>
        <source>Keeps the network&apos;s shape; stores and computes with 8-bit integers.</source>
        <translation>网络形状不变；用 8 位整数存储和计算。</translation>
    </message>
    <message>
        <source>Gentle</source>
        <translation>温和</translation>
    </message>
    <message>
        <source>A fifth of the channels go, then the rest is rounded to int8. Trains 5 epochs.</source>
        <translation>移除五分之一的通道，其余量化为 int8。训练 5 轮。</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>均衡</translation>
    </message>
    <message>
        <source>Four in ten channels go while the network learns int8. Trains 10 epochs.</source>
        <translation>移除四成通道，同时让网络学习 int8。训练 10 轮。</translation>
    </message>
    <message>
        <source>Small</source>
        <translation>小巧</translation>
    </message>
    <message>
        <source>Seven in ten channels go while the network learns int8. Trains 20 epochs.</source>
        <translation>移除七成通道，同时让网络学习 int8。训练 20 轮。</translation>
    </message>
    <message>
        <source>Fast here</source>
        <translation>本机更快</translation>
    </message>
    <message>
        <source>Half of the channels go; those kept are multiples of 16, which this runtime likes.</source>
        <translation>移除一半通道；保留的通道数为 16 的倍数，适合本运行时。</translation>
    </message>
    <message>
        <source>Half of the channels go, in floats: for tools that quantize themselves.</source>
        <translation>移除一半通道，保持浮点：供自行量化的工具使用。</translation>
    </message>
    <message>
        <source>Weights only</source>
        <translation>仅剪权重</translation>
    </message>
    <message>
        <source>Nine in ten weights become zero, all shapes stay: small once it is packed.</source>
        <translation>九成权重置零，形状不变：打包压缩后体积小。</translation>
    </message>
    <message>
        <source>Safe int8</source>
        <translation>稳妥的 int8</translation>
    </message>
    <message>
        <source>Quantizes after training, without pruning or training. Takes seconds.</source>
        <translation>训练后量化，不剪枝也不训练，只需几秒。</translation>
    </message>
    <message>
        <source>Lean float32</source>
        <translation>精简的 float32</translation>
    </message>
</context>
<context>
    <name>Guesses</name>
    <message>
        <source>Best guesses, by names and shapes</source>
        <translation>最可能的网络结构（按键名和形状推测）</translation>
    </message>
    <message>
        <source>{matched} of {total}</source>
        <translation>匹配 {matched} / {total}</translation>
    </message>
</context>
<context>
    <name>InspectPage</name>
    <message>
        <source>Inspect</source>
        <translation>检视</translation>
    </message>
    <message>
        <source>The sample project</source>
        <translation>示例项目</translation>
    </message>
    <message>
        <source>input {shape}</source>
        <translation>输入 {shape}</translation>
    </message>
    <message>
        <source>Compress</source>
        <translation>压缩</translation>
    </message>
    <message>
        <source>Say more about the model</source>
        <translation>补充模型信息</translation>
    </message>
    <message>
        <source>Show the recipe</source>
        <translation>查看配方</translation>
    </message>
    <message>
        <source>Saved as {path}</source>
        <translation>已保存为 {path}</translation>
    </message>
    <message>
        <source>The table could not be saved: {reason}</source>
        <translation>无法保存表格：{reason}</translation>
    </message>
    <message>
        <source>pruned from {name}</source>
        <translation>剪枝自 {name}</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>各层</translation>
    </message>
    <message>
        <source>Sensitivity</source>
        <translation>敏感度</translation>
    </message>
    <message>
        <source>Nothing is open yet</source>
        <translation>尚未打开模型</translation>
    </message>
    <message>
        <source>Open a model to see its layers, their sizes and how their weights are spread.</source>
        <translation>打开模型，查看各层、大小和权重分布。</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>打开模型</translation>
    </message>
</context>
<context>
    <name>KeyMeter</name>
    <message>
        <source>{matched} of {total} keys fit</source>
        <translation>{total} 个键中有 {matched} 个匹配</translation>
    </message>
    <message>
        <source>{count} missing: {names}</source>
        <translation>缺少 {count} 个：{names}</translation>
    </message>
    <message>
        <source>{count} of another shape: {names}</source>
        <translation>{count} 个形状不同：{names}</translation>
    </message>
    <message>
        <source>{count} unknown: {names}</source>
        <translation>{count} 个多余：{names}</translation>
    </message>
</context>
<context>
    <name>KindTiles</name>
    <message>
        <source>No data</source>
        <translation>无数据</translation>
    </message>
</context>
<context>
    <name>LayerBears</name>
    <message>
        <source>Choose a measured layer.</source>
        <translation>请选择已测量的层。</translation>
    </message>
    <message>
        <source>{count} layers chosen</source>
        <translation>已选 {count} 层</translation>
    </message>
    <message>
        <source>{value} of the weights pruned</source>
        <translation>权重剪枝 {value}</translation>
    </message>
    <message>
        <source>{value} of the channels pruned</source>
        <translation>通道剪枝 {value}</translation>
    </message>
    <message>
        <source>{bits}-bit weights</source>
        <translation>{bits} 位权重</translation>
    </message>
    <message>
        <source>By itself it bears none of this.</source>
        <translation>即使单独压缩，此层也无法承受。</translation>
    </message>
    <message>
        <source>Bears by itself: {list}.</source>
        <translation>单独压缩时可承受：{list}。</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Energy left by share pruned  (– – channels)</source>
        <translation>剩余能量随剪枝比例的变化  （– – 通道）</translation>
    </message>
    <message>
        <source>Accuracy by share pruned  (– – channels)</source>
        <translation>准确率随剪枝比例的变化  （– – 通道）</translation>
    </message>
    <message>
        <source>Signal to noise by weight bits</source>
        <translation>信噪比随权重位数的变化</translation>
    </message>
    <message>
        <source>Accuracy by weight bits</source>
        <translation>准确率随权重位数的变化</translation>
    </message>
    <message>
        <source>Take into the recipe</source>
        <translation>写入配方</translation>
    </message>
    <message>
        <source>Take all layers</source>
        <translation>写入全部层</translation>
    </message>
</context>
<context>
    <name>LayerExceptionModel</name>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Quantize</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>锁定</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Weight bits</source>
        <translation>权重位数</translation>
    </message>
    <message>
        <source>{layer} moves with {others}.</source>
        <translation>{layer} 与 {others} 联动。</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
</context>
<context>
    <name>LayerPanel</name>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Sensitivity</source>
        <translation>敏感度</translation>
    </message>
</context>
<context>
    <name>LayerTable</name>
    <message>
        <source>Layers</source>
        <translation>各层</translation>
    </message>
    <message>
        <source>Drag a slider or press ← →; Space locks. Several selected layers move as one.</source>
        <translation>拖动滑块或按 ← →；空格键锁定。选中的多层一起调整。</translation>
    </message>
    <message>
        <source>Double-click a number to give one layer its own; empty it to follow the rest.</source>
        <translation>双击数值可为某一层单独设定；清空则与其他层一致。</translation>
    </message>
    <message>
        <source>Layers with a number of their own follow the rest again (Delete)</source>
        <translation>让单独设置的层恢复为配方的数值（Delete 键）</translation>
    </message>
    <message>
        <source>Locked: {layer}, as {reason}.</source>
        <translation>已锁定：{layer}，因为{reason}。</translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) are locked; their tool tips say why.</source>
        <translation>
            <numerusform>%n 层已锁定；原因见悬停提示。</numerusform>
        </translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>全部重置</translation>
    </message>
    <message>
        <source>&quot;{text}&quot; is not a number.</source>
        <translation>“{text}”不是数字。</translation>
    </message>
</context>
<context>
    <name>LayerTableModel</name>
    <message>
        <source>Measure the sensitivity to see what this layer bears.</source>
        <translation>测量敏感度后，可知此层能承受多少。</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>Share of size</source>
        <translation>大小占比</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MAC</translation>
    </message>
    <message>
        <source>Sparsity</source>
        <translation>稀疏度</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>范围</translation>
    </message>
    <message>
        <source>Bears</source>
        <translation>可承受</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>组</translation>
    </message>
    <message>
        <source>Prunable</source>
        <translation>可剪枝</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>{bits} bit</source>
        <translation>{bits} 位</translation>
    </message>
    <message>
        <source>float</source>
        <translation>浮点</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
</context>
<context>
    <name>LayersCard</name>
    <message>
        <source>1 layer</source>
        <translation>1 层</translation>
    </message>
    <message>
        <source>{count} layers</source>
        <translation>{count} 层</translation>
    </message>
    <message>
        <source>{count} parameters</source>
        <translation>{count} 个参数</translation>
    </message>
    <message>
        <source>{share} of the size</source>
        <translation>占大小的 {share}</translation>
    </message>
    <message>
        <source>{count} layers selected</source>
        <translation>已选 {count} 层</translation>
    </message>
    <message>
        <source>Filter ({count})</source>
        <translation>筛选（{count}）</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Prunable only</source>
        <translation>仅可剪枝</translation>
    </message>
    <message>
        <source>Locked only</source>
        <translation>仅已锁定</translation>
    </message>
    <message>
        <source>Coupled group</source>
        <translation>耦合组</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Tables (*.csv)</source>
        <translation>表格 (*.csv)</translation>
    </message>
    <message>
        <source>Save the table</source>
        <translation>保存表格</translation>
    </message>
    <message>
        <source>Find a layer</source>
        <translation>查找层</translation>
    </message>
    <message>
        <source>By group</source>
        <translation>按组</translation>
    </message>
    <message>
        <source>Keep layers together whose channels are coupled</source>
        <translation>将通道相互耦合的层排在一起</translation>
    </message>
    <message>
        <source>Save as CSV…</source>
        <translation>存为 CSV…</translation>
    </message>
</context>
<context>
    <name>Legend</name>
    <message>
        <source>before</source>
        <translation>压缩前</translation>
    </message>
    <message>
        <source>after</source>
        <translation>压缩后</translation>
    </message>
</context>
<context>
    <name>LiveEstimate</name>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MACs</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Counted by the engine on a copy of the network.</source>
        <translation>由引擎在网络副本上精确计数。</translation>
    </message>
    <message>
        <source>What goes and what is left, the engine says when the hand rests.</source>
        <translation>移除什么、剩下什么由引擎决定；停下操作后即可得知。</translation>
    </message>
    <message>
        <source>About, from the shapes of the layers. {reason}</source>
        <translation>按各层形状估算。{reason}</translation>
    </message>
    <message>
        <source>About, from the shapes of the layers; the engine counts when the hand rests.</source>
        <translation>按各层形状估算；停手后由引擎精确计数。</translation>
    </message>
</context>
<context>
    <name>MeasureControls</name>
    <message>
        <source>Quick</source>
        <translation>快速</translation>
    </message>
    <message>
        <source>Full</source>
        <translation>完整</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Validation samples</source>
        <translation>验证样本数</translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message>
        <source>Python file</source>
        <translation>Python 文件</translation>
    </message>
    <message>
        <source>Python (*.py)</source>
        <translation>Python (*.py)</translation>
    </message>
    <message>
        <source>filled in for you</source>
        <translation>已自动填入</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
</context>
<context>
    <name>OpenForm</name>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Write whole numbers within their limits, such as {example}.</source>
        <translation>请填写范围内的整数，例如 {example}。</translation>
    </message>
    <message>
        <source>Write numbers within their limits, such as {example}.</source>
        <translation>请填写范围内的数，例如 {example}。</translation>
    </message>
</context>
<context>
    <name>OpenPage</name>
    <message>
        <source>Opening the model…</source>
        <translation>正在打开模型…</translation>
    </message>
    <message>
        <source>Models and recipes (*.pt *.pth *.th *.tar *.bin *.ckpt *.safetensors *.pt2 *.onnx *.penjing *.toml);;All files (*)</source>
        <translation>模型和配方 (*.pt *.pth *.th *.tar *.bin *.ckpt *.safetensors *.pt2 *.onnx *.penjing *.toml);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>打开模型</translation>
    </message>
    <message>
        <source>Open a run or a Hugging Face model</source>
        <translation>打开运行或 Hugging Face 模型的文件夹</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Start with a trained PyTorch model; your file is only ever read.</source>
        <translation>从训练好的 PyTorch 模型开始；您的文件只会被读取。</translation>
    </message>
    <message>
        <source>The sample project</source>
        <translation>示例项目</translation>
    </message>
    <message>
        <source>SimpleNet and handwritten digits: prune half the channels, quantize to 8 bits, in about a minute.</source>
        <translation>SimpleNet 与手写数字：剪去一半通道，量化到 8 位，约需一分钟。</translation>
    </message>
    <message>
        <source>Open the sample</source>
        <translation>打开示例</translation>
    </message>
</context>
<context>
    <name>OutputsTab</name>
    <message>
        <source>Range</source>
        <translation>范围</translation>
    </message>
    <message>
        <source>Zeros</source>
        <translation>零值</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>Standard deviation</source>
        <translation>标准差</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>线性</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>对数</translation>
    </message>
    <message>
        <source>Outputs by value, on calibration samples</source>
        <translation>输出直方图（校准样本）</translation>
    </message>
    <message>
        <source>Open the model together with its data to see what this layer answers.</source>
        <translation>打开模型时一并给出数据，即可查看此层的输出。</translation>
    </message>
</context>
<context>
    <name>PlaceFields</name>
    <message>
        <source>Arrays (*.npz)</source>
        <translation>数组 (*.npz)</translation>
    </message>
    <message>
        <source>Text tables (*.csv *.tsv *.txt)</source>
        <translation>文本表格 (*.csv *.tsv *.txt)</translation>
    </message>
    <message>
        <source>Python (*.py)</source>
        <translation>Python (*.py)</translation>
    </message>
    <message>
        <source>Data source</source>
        <translation>数据来源</translation>
    </message>
    <message>
        <source>Folder of the data</source>
        <translation>数据文件夹</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Where the data set lies; Penjing&apos;s own where empty.</source>
        <translation>数据集所在的文件夹；留空则用 Penjing 自己的。</translation>
    </message>
    <message>
        <source>Penjing&apos;s own folder</source>
        <translation>Penjing 自己的文件夹</translation>
    </message>
    <message>
        <source>Download it where it is missing</source>
        <translation>本机没有时下载</translation>
    </message>
    <message>
        <source>File…</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>File or folder</source>
        <translation>文件或文件夹</translation>
    </message>
    <message>
        <source>Data set</source>
        <translation>数据集</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Python file and function</source>
        <translation>Python 文件和函数</translation>
    </message>
    <message>
        <source>x_train, y_train, x_test and y_test in an .npz file, or as .npy files in a folder.</source>
        <translation>.npz 文件中的 x_train、y_train、x_test 和 y_test，或同一文件夹中的这些 .npy 文件。</translation>
    </message>
    <message>
        <source>One folder of images for each class, or such folders in train and test.</source>
        <translation>每个类别一个图像文件夹，也可分别放在 train 和 test 中。</translation>
    </message>
    <message>
        <source>Its name in torchvision.datasets, such as MNIST, FashionMNIST or CIFAR10.</source>
        <translation>在 torchvision.datasets 中的名称，例如 MNIST、FashionMNIST 或 CIFAR10。</translation>
    </message>
    <message>
        <source>A table with a column of texts and a column of labels.</source>
        <translation>含一列文本和一列标签的表格。</translation>
    </message>
    <message>
        <source>One folder of recordings for each class, or file names that begin with the label.</source>
        <translation>每个类别一个录音文件夹，或文件名以标签开头。</translation>
    </message>
    <message>
        <source>FILE.py:function, which returns the splits; you are asked before the file runs.</source>
        <translation>FILE.py:function，返回各数据划分；运行该文件前会先征求您的同意。</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Light or dark</source>
        <translation>浅色或深色</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation>检视</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Compress</source>
        <translation>压缩</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Engine is starting</source>
        <translation>引擎正在启动</translation>
    </message>
    <message>
        <source>Engine is ready</source>
        <translation>引擎已就绪</translation>
    </message>
    <message>
        <source>Engine is working</source>
        <translation>引擎正在工作</translation>
    </message>
    <message>
        <source>Engine has stopped</source>
        <translation>引擎已停止</translation>
    </message>
</context>
<context>
    <name>RecentList</name>
    <message>
        <source>Recent models</source>
        <translation>最近的模型</translation>
    </message>
    <message>
        <source>Models that you open are listed here.</source>
        <translation>您打开的模型会列在这里。</translation>
    </message>
</context>
<context>
    <name>RecipeForm</name>
    <message>
        <source>Fewer settings</source>
        <translation>收起设置</translation>
    </message>
    <message>
        <source>More settings</source>
        <translation>更多设置</translation>
    </message>
    <message>
        <source>Give a number from {low} to {high}.</source>
        <translation>请输入 {low} 到 {high} 之间的数。</translation>
    </message>
    <message>
        <source>Give a number from {low} to below {high}.</source>
        <translation>请输入不小于 {low} 且小于 {high} 的数。</translation>
    </message>
    <message>
        <source>Give a number above {low}, at most {high}.</source>
        <translation>请输入大于 {low} 且不超过 {high} 的数。</translation>
    </message>
    <message>
        <source>Give a number between {low} and {high}.</source>
        <translation>请输入大于 {low} 且小于 {high} 的数。</translation>
    </message>
</context>
<context>
    <name>RecipeWords</name>
    <message>
        <source>Pruning</source>
        <translation>剪枝</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Measure the original on the test split.</source>
        <translation>在测试集上测量原模型。</translation>
    </message>
    <message>
        <source>Measure the result on the test split.</source>
        <translation>在测试集上测量结果。</translation>
    </message>
    <message>
        <source>Write the files, open each again and compare it with the model.</source>
        <translation>写出文件，逐个重新打开并与模型比对。</translation>
    </message>
    <message>
        <source>Nothing was taken: the recipe neither prunes nor rounds what was measured.</source>
        <translation>没有写入任何内容：配方既不剪枝也不量化所测量的部分。</translation>
    </message>
    <message>
        <source>{range} of the channels</source>
        <translation>通道剪枝 {range}</translation>
    </message>
    <message>
        <source>{range} of the weights</source>
        <translation>权重剪枝 {range}</translation>
    </message>
    <message>
        <source>float</source>
        <translation>浮点</translation>
    </message>
    <message>
        <source>{range} bits</source>
        <translation>位数 {range}</translation>
    </message>
    <message numerus="yes">
        <source>Taken into the recipe for %n layer(s): {list}. Compress can undo it.</source>
        <translation>
            <numerusform>已为 %n 层写入配方：{list}。可在“压缩”中撤销。</numerusform>
        </translation>
    </message>
    <message>
        <source>Remove {share} of the channels by {method}.</source>
        <translation>剪掉 {share} 的通道（依据：{method}）。</translation>
    </message>
    <message>
        <source>Remove {share} of the hidden units by {method}.</source>
        <translation>剪掉 {share} 的隐藏单元（依据：{method}）。</translation>
    </message>
    <message>
        <source>Remove {share} of the attention heads by {method}.</source>
        <translation>剪掉 {share} 的注意力头（依据：{method}）。</translation>
    </message>
    <message>
        <source>Remove {share} of the residual blocks by {method}.</source>
        <translation>剪掉 {share} 的残差块（依据：{method}）。</translation>
    </message>
    <message>
        <source>Keep {pattern} neighbouring weights by {method}.</source>
        <translation>相邻权重按 {pattern} 保留（依据：{method}）。</translation>
    </message>
    <message>
        <source>Set {share} of the weights to zero by {method}.</source>
        <translation>将 {share} 的权重置零（依据：{method}）。</translation>
    </message>
    <message>
        <source> Kept channels are multiples of {number}.</source>
        <translation>保留的通道数为 {number} 的倍数。</translation>
    </message>
    <message>
        <source>{weights}-bit weights and {values}-bit activations</source>
        <translation>{weights} 位权重、{values} 位激活值</translation>
    </message>
    <message>
        <source>{weights}-bit weights</source>
        <translation>{weights} 位权重</translation>
    </message>
    <message>
        <source>{numbers}, learned during training.</source>
        <translation>{numbers}，在训练中学得。</translation>
    </message>
    <message>
        <source>{numbers}, after training.</source>
        <translation>{numbers}，训练后量化。</translation>
    </message>
    <message>
        <source>{numbers}, whose ranges are found as the file runs.</source>
        <translation>{numbers}，数值范围在文件运行时确定。</translation>
    </message>
    <message numerus="yes">
        <source> %n layer(s) differ.</source>
        <translation>
            <numerusform>另有 %n 层例外。</numerusform>
        </translation>
    </message>
    <message>
        <source>None.</source>
        <translation>无。</translation>
    </message>
    <message numerus="yes">
        <source>%n epoch(s) with {optimizer}, learning rate {rate}.</source>
        <translation>
            <numerusform>用 {optimizer} 训练 %n 轮，学习率 {rate}。</numerusform>
        </translation>
    </message>
    <message>
        <source> Learns from the original.</source>
        <translation>同时向原模型学习。</translation>
    </message>
    <message>
        <source>Find the ranges of activations.</source>
        <translation>测定激活的取值范围。</translation>
    </message>
    <message numerus="yes">
        <source>Train %n epoch(s): the removed share grows over the first 60 %, rounding starts after a tenth.</source>
        <translation>
            <numerusform>训练 %n 轮：剪枝比例在前 60 % 逐步增大，十分之一后开始量化。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Learn to compute with rounding for %n epoch(s).</source>
        <translation>
            <numerusform>带量化训练 %n 轮。</numerusform>
        </translation>
    </message>
    <message>
        <source>Round the weights.</source>
        <translation>舍入权重。</translation>
    </message>
    <message numerus="yes">
        <source>Find the ranges of activations on %n sample(s), then round.</source>
        <translation>
            <numerusform>用 %n 个样本测定激活范围，然后量化。</numerusform>
        </translation>
    </message>
    <message>
        <source>Prune at once, without training.</source>
        <translation>一次剪完，不训练。</translation>
    </message>
    <message numerus="yes">
        <source>Train %n epoch(s), pruning step by step over the first 60 %.</source>
        <translation>
            <numerusform>训练 %n 轮，在前 60 % 逐步剪枝。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Prune at once, then train %n epoch(s).</source>
        <translation>
            <numerusform>一次剪完，然后训练 %n 轮。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RecoveryPage</name>
    <message>
        <source>Training data</source>
        <translation>训练数据</translation>
    </message>
    <message>
        <source>What the run will do</source>
        <translation>运行的步骤</translation>
    </message>
</context>
<context>
    <name>ReviewPage</name>
    <message>
        <source>This recipe</source>
        <translation>当前配方</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>In words</source>
        <translation>文字说明</translation>
    </message>
</context>
<context>
    <name>RoundingView</name>
    <message>
        <source>What rounding does to answers</source>
        <translation>舍入对各层输出的影响</translation>
    </message>
    <message>
        <source>Signal to noise on calibration samples: the layer alone rounded, and all before it too. A click on the right spares the layer and leads back to the recipe.</source>
        <translation>校准样本上的信噪比：只舍入该层，以及连同它之前的所有层。点击右侧即可放过该层，并回到配方。</translation>
    </message>
    <message>
        <source>Nothing was rounded</source>
        <translation>没有任何层被舍入</translation>
    </message>
    <message>
        <source>Where a run quantizes, each layer&apos;s share of the error stands here.</source>
        <translation>运行中若有量化，各层的误差会显示在这里。</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>位数</translation>
    </message>
    <message>
        <source>Alone</source>
        <translation>仅该层</translation>
    </message>
    <message>
        <source>All before</source>
        <translation>含之前各层</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>余弦</translation>
    </message>
    <message>
        <source>errs most</source>
        <translation>误差突出</translation>
    </message>
    <message>
        <source>Give it 8 bits</source>
        <translation>改为 8 位</translation>
    </message>
    <message>
        <source>Leave in float</source>
        <translation>保持浮点</translation>
    </message>
</context>
<context>
    <name>RunCurves</name>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
</context>
<context>
    <name>RunList</name>
    <message>
        <source>Running</source>
        <translation>正在运行</translation>
    </message>
    <message>
        <source>Empty</source>
        <translation>空</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>运行记录</translation>
    </message>
    <message>
        <source>Runs that you start are listed here; one that was interrupted can go on.</source>
        <translation>您开始的运行会列在这里；被中断的可以继续。</translation>
    </message>
</context>
<context>
    <name>RunLog</name>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Going on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>The run &quot;{name}&quot; begins</source>
        <translation>运行“{name}”开始</translation>
    </message>
    <message>
        <source>The run goes on from step {step}</source>
        <translation>从第 {step} 步继续</translation>
    </message>
    <message>
        <source>{stage}: begins</source>
        <translation>{stage}：开始</translation>
    </message>
    <message>
        <source>{stage}: done in {time}, accuracy {accuracy}</source>
        <translation>{stage}：完成，用时 {time}，准确率 {accuracy}</translation>
    </message>
    <message>
        <source>{stage}: done in {time}</source>
        <translation>{stage}：完成，用时 {time}</translation>
    </message>
    <message>
        <source>Step {step}: loss {loss}, accuracy {accuracy}</source>
        <translation>第 {step} 步：损失 {loss}，准确率 {accuracy}</translation>
    </message>
    <message>
        <source>Checkpoint saved at step {step}</source>
        <translation>已在第 {step} 步保存检查点</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
</context>
<context>
    <name>RunPage</name>
    <message>
        <source>No run yet</source>
        <translation>还没有运行</translation>
    </message>
    <message>
        <source>Choose in Compress what to do; here you then watch it happen, step by step.</source>
        <translation>在“压缩”中选好要做什么；之后可在这里逐步观看。</translation>
    </message>
    <message>
        <source>Go to Compress</source>
        <translation>前往压缩</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>恢复运行</translation>
    </message>
    <message>
        <source>Stops the run in order; the best result so far is kept.</source>
        <translation>有序停止运行；保留目前的最佳结果。</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Pausing…</source>
        <translation>正在暂停…</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>正在取消…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Stop this run? The best result so far is kept.</source>
        <translation>要停止此运行吗？目前的最佳结果会保留。</translation>
    </message>
    <message>
        <source>Stop the run</source>
        <translation>停止运行</translation>
    </message>
</context>
<context>
    <name>RunWords</name>
    <message>
        <source>Starting…</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>step {step} of {steps}</source>
        <translation>第 {step} / {steps} 步</translation>
    </message>
    <message>
        <source>{time} so far</source>
        <translation>已用 {time}</translation>
    </message>
    <message>
        <source>took {time}</source>
        <translation>用时 {time}</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>约剩 {time}</translation>
    </message>
    <message>
        <source>Cancelled before there was a result. Resume goes on from here.</source>
        <translation>已取消，尚无结果。可从此处恢复运行。</translation>
    </message>
    <message>
        <source>Cancelled. The best result so far is kept.</source>
        <translation>已取消，目前的最佳结果已保留。</translation>
    </message>
    <message>
        <source>This run was interrupted. Resume goes on from its last checkpoint.</source>
        <translation>此运行曾被中断。“恢复运行”会从最后一个检查点继续。</translation>
    </message>
    <message>
        <source>the file is {ratio} smaller</source>
        <translation>文件缩小 {ratio}</translation>
    </message>
    <message>
        <source>the file is {ratio} larger</source>
        <translation>文件增大 {ratio}</translation>
    </message>
    <message>
        <source>it runs {ratio} faster</source>
        <translation>提速 {ratio}</translation>
    </message>
    <message>
        <source>it runs {ratio} slower here</source>
        <translation>在本机变慢 {ratio}</translation>
    </message>
    <message>
        <source>accuracy {points} points</source>
        <translation>准确率 {points} 个百分点</translation>
    </message>
    <message>
        <source>Done: {gains}.</source>
        <translation>完成：{gains}。</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Done.</source>
        <translation>完成。</translation>
    </message>
</context>
<context>
    <name>SensitivityTab</name>
    <message>
        <source>How much of this layer may go has not been measured yet.</source>
        <translation>尚未测量此层可以压缩多少。</translation>
    </message>
    <message>
        <source>Measure the sensitivity</source>
        <translation>测量敏感度</translation>
    </message>
</context>
<context>
    <name>SensitivityView</name>
    <message>
        <source>Weights pruned (%)</source>
        <translation>权重剪枝（%）</translation>
    </message>
    <message>
        <source>Channels pruned (%)</source>
        <translation>通道剪枝（%）</translation>
    </message>
    <message>
        <source>Weight bits</source>
        <translation>权重位数</translation>
    </message>
</context>
<context>
    <name>SensitivityWords</name>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>The most that this layer bears by itself</source>
        <translation>此层单独压缩时可承受的上限</translation>
    </message>
    <message>
        <source>{score} ({change} points)</source>
        <translation>{score}（{change} 个百分点）</translation>
    </message>
    <message>
        <source>{value} of the weights set to zero</source>
        <translation>{value} 的权重置零</translation>
    </message>
    <message>
        <source>{value} of the channels removed</source>
        <translation>剪掉 {value} 的通道</translation>
    </message>
    <message>
        <source>Weights of {value} bits</source>
        <translation>{value} 位权重</translation>
    </message>
    <message>
        <source>Accuracy {score}</source>
        <translation>准确率 {score}</translation>
    </message>
    <message>
        <source>Signal to noise {score}</source>
        <translation>信噪比 {score}</translation>
    </message>
    <message>
        <source>Energy left {score}</source>
        <translation>剩余能量 {score}</translation>
    </message>
    <message>
        <source>{done} of {count} layers</source>
        <translation>{done} / {count} 层</translation>
    </message>
    <message>
        <source>{count} samples</source>
        <translation>{count} 个样本</translation>
    </message>
    <message>
        <source>accuracy {value}</source>
        <translation>准确率 {value}</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>measured before</source>
        <translation>此前的测量结果</translation>
    </message>
    <message>
        <source>The other kind is being measured.</source>
        <translation>正在进行另一种测量。</translation>
    </message>
    <message>
        <source>Points of accuracy lost. A framed cell is the most that a layer bears by itself.</source>
        <translation>格中为准确率损失（百分点）；带框的格子是该层单独压缩时可承受的上限。</translation>
    </message>
    <message>
        <source>Energy and signal left. A framed cell is the most that a layer bears by itself.</source>
        <translation>格中为剩余能量和信噪比；带框的格子是该层单独压缩时可承受的上限。</translation>
    </message>
    <message>
        <source>Name the data of this model; it is then measured how much accuracy each layer costs.</source>
        <translation>请指明此模型的数据，即可测出压缩每一层会损失多少准确率。</translation>
    </message>
    <message>
        <source>Full needs validation samples</source>
        <translation>完整测量需要验证样本</translation>
    </message>
    <message>
        <source>Choose the data</source>
        <translation>选择数据</translation>
    </message>
    <message>
        <source>Each layer is pruned and rounded by itself, and the accuracy measured. Takes minutes.</source>
        <translation>逐层单独剪枝和量化，并测量准确率。需要数分钟。</translation>
    </message>
    <message>
        <source>Measured by accuracy</source>
        <translation>按准确率测量</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>How much of each layer is left after pruning and rounding. Needs no data and takes seconds.</source>
        <translation>每一层在剪枝和量化后还剩多少。不需要数据，只需数秒。</translation>
    </message>
    <message>
        <source>Measured by the weights alone</source>
        <translation>仅按权重测量</translation>
    </message>
</context>
<context>
    <name>StageList</name>
    <message>
        <source>Stages</source>
        <translation>阶段</translation>
    </message>
</context>
<context>
    <name>Stages</name>
    <message>
        <source>Evaluate</source>
        <translation>评估</translation>
    </message>
    <message>
        <source>Time the layers</source>
        <translation>测量各层耗时</translation>
    </message>
    <message>
        <source>Prune</source>
        <translation>剪枝</translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation>校准</translation>
    </message>
    <message>
        <source>Round weights</source>
        <translation>舍入权重</translation>
    </message>
    <message>
        <source>Adjust to rounding</source>
        <translation>适应舍入</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Fine-tune</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>Quantize</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Export and verify</source>
        <translation>导出并验证</translation>
    </message>
</context>
<context>
    <name>Stepper</name>
    <message>
        <source>Goal</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>Pruning</source>
        <translation>剪枝</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Recovery</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>确认</translation>
    </message>
</context>
<context>
    <name>SumTiles</name>
    <message>
        <source>Parameters</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>Size in memory</source>
        <translation>内存大小</translation>
    </message>
    <message>
        <source>MACs a sample</source>
        <translation>每个样本的 MAC</translation>
    </message>
    <message>
        <source>Sparsity</source>
        <translation>稀疏度</translation>
    </message>
    <message>
        <source>Accuracy on the test split</source>
        <translation>测试集准确率</translation>
    </message>
</context>
<context>
    <name>SummaryView</name>
    <message>
        <source>Before</source>
        <translation>压缩前</translation>
    </message>
    <message>
        <source>After</source>
        <translation>压缩后</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>各层</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>字节</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MAC</translation>
    </message>
</context>
<context>
    <name>TrustDialog</name>
    <message>
        <source>Do you trust this file?</source>
        <translation>您信任此文件吗？</translation>
    </message>
    <message>
        <source>{file} runs code of its own</source>
        <translation>{file} 会运行自带的代码</translation>
    </message>
    <message>
        <source>Opening it can do anything that you can do on this computer. Trust it only if you know who made it. It wants to use:</source>
        <translation>打开它后，它可以在此计算机上做您能做的任何事。仅当您知道它出自何人时才信任它。它要使用：</translation>
    </message>
    <message>
        <source>Your word is remembered for this very content; a file that changed asks again.</source>
        <translation>您的选择会被记住，且只对此内容有效；文件改动后会再次询问。</translation>
    </message>
    <message>
        <source>SHA-256: {hash}…</source>
        <translation>SHA-256：{hash}…</translation>
    </message>
    <message>
        <source>Do not open</source>
        <translation>不打开</translation>
    </message>
    <message>
        <source>I trust this file</source>
        <translation>我信任此文件</translation>
    </message>
</context>
<context>
    <name>WeightsTab</name>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>Size in memory</source>
        <translation>内存大小</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MAC</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>范围</translation>
    </message>
    <message>
        <source>Sparsity</source>
        <translation>稀疏度</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>Standard deviation</source>
        <translation>标准差</translation>
    </message>
    <message>
        <source>Kurtosis</source>
        <translation>峰度</translation>
    </message>
    <message>
        <source>Dead channels</source>
        <translation>全零通道</translation>
    </message>
    <message>
        <source>Coupled with</source>
        <translation>耦合的层</translation>
    </message>
    <message>
        <source>Prunable</source>
        <translation>可剪枝</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Weights by value</source>
        <translation>权重直方图</translation>
    </message>
    <message>
        <source>Levels of {bits} bits at the layer&apos;s widest channel</source>
        <translation>{bits} 位量化级（取此层最大的通道范围）</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>线性</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>对数</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>{bits} bit</source>
        <translation>{bits} 位</translation>
    </message>
</context>
<context>
    <name>WeightsView</name>
    <message>
        <source>Linear</source>
        <translation>线性</translation>
    </message>
    <message>
        <source>Logarithmic</source>
        <translation>对数</translation>
    </message>
    <message>
        <source>zeros {before} → {after}</source>
        <translation>零值 {before} → {after}</translation>
    </message>
    <message>
        <source>{weight}-bit weights, {activation}-bit activations</source>
        <translation>权重 {weight} 位，激活 {activation} 位</translation>
    </message>
    <message>
        <source>SQNR {value} dB</source>
        <translation>信噪比 {value} dB</translation>
    </message>
</context>
<context>
    <name>WizardFooter</name>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
</context>
<context>
    <name>WizardToolbar</name>
    <message>
        <source>Load recipe…</source>
        <translation>载入配方…</translation>
    </message>
    <message>
        <source>Save recipe…</source>
        <translation>保存配方…</translation>
    </message>
    <message>
        <source>Undo the last change</source>
        <translation>撤销上一次修改</translation>
    </message>
    <message>
        <source>Redo what was undone</source>
        <translation>重做已撤销的修改</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Recipes (*.toml)</source>
        <translation>配方 (*.toml)</translation>
    </message>
    <message>
        <source>Load a recipe</source>
        <translation>载入配方</translation>
    </message>
    <message>
        <source>Save the recipe</source>
        <translation>保存配方</translation>
    </message>
</context>
<context>
    <name>contract</name>
    <message>
        <source>Schema</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Version of the recipe&apos;s form.</source>
        <translation>配方格式的版本。</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Of the run and its folder.</source>
        <translation>运行及其文件夹的名称。</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>The same seed gives the same weights.</source>
        <translation>相同的种子得到相同的权重。</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>线程数</translation>
    </message>
    <message>
        <source>0 means one less than the cores, at least 1.</source>
        <translation>0 表示比核心数少一个，至少 1 个。</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Where tensors live.</source>
        <translation>张量所在的设备。</translation>
    </message>
    <message>
        <source>Model file</source>
        <translation>模型文件</translation>
    </message>
    <message>
        <source>A file that torch.save wrote, or the word sample.</source>
        <translation>由 torch.save 写入的文件，或 sample 一词。</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>网络结构</translation>
    </message>
    <message>
        <source>For files with weights only: torchvision:NAME or FILE.py:callable.</source>
        <translation>用于只含权重的文件：torchvision:NAME 或 FILE.py:callable。</translation>
    </message>
    <message>
        <source>Input shape</source>
        <translation>输入形状</translation>
    </message>
    <message>
        <source>Of one sample, without the batch; only where it cannot be inferred.</source>
        <translation>单个样本的形状，不含批次；仅在无法推断时填写。</translation>
    </message>
    <message>
        <source>Weights in the file</source>
        <translation>文件中的权重</translation>
    </message>
    <message>
        <source>Where a checkpoint holds several sets of weights, such as model and model_ema: which.</source>
        <translation>检查点含有多组权重（如 model 和 model_ema）时，选用哪一组。</translation>
    </message>
    <message>
        <source>Data source</source>
        <translation>数据来源</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>What the model does.</source>
        <translation>模型的用途。</translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation>批大小</translation>
    </message>
    <message>
        <source>Samples in one training step.</source>
        <translation>每个训练步的样本数。</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>Subtracted from each channel; one value or one a channel.</source>
        <translation>从每个通道中减去；一个值，或每通道一个。</translation>
    </message>
    <message>
        <source>Standard deviation</source>
        <translation>标准差</translation>
    </message>
    <message>
        <source>Each channel is divided by it; one value or one a channel.</source>
        <translation>每个通道除以它；一个值，或每通道一个。</translation>
    </message>
    <message>
        <source>Augmentation</source>
        <translation>数据增强</translation>
    </message>
    <message>
        <source>How training samples are varied.</source>
        <translation>训练样本如何变化。</translation>
    </message>
    <message>
        <source>Validation share</source>
        <translation>验证比例</translation>
    </message>
    <message>
        <source>Taken from train to choose the best epoch; test is only reported.</source>
        <translation>从训练集中取出，用于选出最好的一轮；测试集只用于报告。</translation>
    </message>
    <message>
        <source>Class names</source>
        <translation>类别名称</translation>
    </message>
    <message>
        <source>sample, npz:FILE, folder:DIR, torchvision:NAME, csv:FILE, audio:DIR or FILE.py:callable.</source>
        <translation>sample、npz:FILE、folder:DIR、torchvision:NAME、csv:FILE、audio:DIR 或 FILE.py:callable。</translation>
    </message>
    <message>
        <source>Test share</source>
        <translation>测试比例</translation>
    </message>
    <message>
        <source>Taken from the whole where the source has no test split of its own.</source>
        <translation>数据没有自带测试集时，从全部样本中取出。</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>样本上限</translation>
    </message>
    <message>
        <source>Samples of each split; a fixed random choice where there are more.</source>
        <translation>每个划分的样本数；超出时随机选取，每次相同。</translation>
    </message>
    <message>
        <source>Image size</source>
        <translation>图像尺寸</translation>
    </message>
    <message>
        <source>Height and width of folder images, resized and cropped; as they are where all are alike.</source>
        <translation>文件夹中图像的高和宽，会缩放并裁切；尺寸都相同时保持原样。</translation>
    </message>
    <message>
        <source>In the order of the labels; the source&apos;s own where empty.</source>
        <translation>按标签顺序；留空则用数据自带的名称。</translation>
    </message>
    <message>
        <source>Text column</source>
        <translation>文本列</translation>
    </message>
    <message>
        <source>Its title in the table; the first column where empty.</source>
        <translation>表格中的列名；留空则用第一列。</translation>
    </message>
    <message>
        <source>Label column</source>
        <translation>标签列</translation>
    </message>
    <message>
        <source>Its title in the table; the last column where empty.</source>
        <translation>表格中的列名；留空则用最后一列。</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>词表大小</translation>
    </message>
    <message>
        <source>Words that have a number: the most frequent of train, beside padding and unknown.</source>
        <translation>有编号的词数：训练集中最常见的词，另有填充和未知两个。</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Words of a sample; longer texts are cut, shorter padded.</source>
        <translation>每个样本的词数；更长的截断，更短的填充。</translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation>分词器</translation>
    </message>
    <message>
        <source>A tokenizer.json, or a vocab.txt with a word a line; Penjing makes its own where empty.</source>
        <translation>tokenizer.json，或每行一个词的 vocab.txt；留空则由 Penjing 自建。</translation>
    </message>
    <message>
        <source>Features</source>
        <translation>特征</translation>
    </message>
    <message>
        <source>What the model hears of a recording.</source>
        <translation>录音以何种形式输入模型。</translation>
    </message>
    <message>
        <source>Sample rate</source>
        <translation>采样率（Hz）</translation>
    </message>
    <message>
        <source>In hertz; recordings of another are resampled.</source>
        <translation>单位赫兹；其他采样率的录音会被重采样。</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>时长（秒）</translation>
    </message>
    <message>
        <source>Longer recordings are cut, shorter padded with silence.</source>
        <translation>更长的录音截断，更短的以静音填充。</translation>
    </message>
    <message>
        <source>Mel bands</source>
        <translation>梅尔频带</translation>
    </message>
    <message>
        <source>Rows of the log-mel spectrum.</source>
        <translation>对数梅尔频谱的行数。</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗长（毫秒）</translation>
    </message>
    <message>
        <source>Milliseconds that one frame hears.</source>
        <translation>每帧覆盖的毫秒数。</translation>
    </message>
    <message>
        <source>Hop</source>
        <translation>帧移（毫秒）</translation>
    </message>
    <message>
        <source>Milliseconds from one frame to the next.</source>
        <translation>相邻两帧间隔的毫秒数。</translation>
    </message>
    <message>
        <source>Criterion</source>
        <translation>准则</translation>
    </message>
    <message>
        <source>What says which part matters least.</source>
        <translation>判断哪一部分最不重要的依据。</translation>
    </message>
    <message>
        <source>Granularity</source>
        <translation>粒度</translation>
    </message>
    <message>
        <source>What is removed as one piece.</source>
        <translation>作为整体移除的单位。</translation>
    </message>
    <message>
        <source>Scope</source>
        <translation>范围</translation>
    </message>
    <message>
        <source>Among what importances are compared.</source>
        <translation>在什么范围内比较重要性。</translation>
    </message>
    <message>
        <source>Pruning ratio</source>
        <translation>剪枝率</translation>
    </message>
    <message>
        <source>Share removed, over the layers that may be pruned.</source>
        <translation>在可剪枝的层中移除的比例。</translation>
    </message>
    <message>
        <source>Times fewer multiplications</source>
        <translation>乘法减少倍数</translation>
    </message>
    <message>
        <source>Of the whole network, in place of the ratio, which is then found by trial cuts.</source>
        <translation>针对整个网络，代替剪枝比例；比例通过试裁剪求得。</translation>
    </message>
    <message>
        <source>Times faster</source>
        <translation>加速倍数</translation>
    </message>
    <message>
        <source>Weighed against</source>
        <translation>权衡对象</translation>
    </message>
    <message>
        <source>What global scope weighs a channel&apos;s importance against.</source>
        <translation>全局范围内，通道的重要性与什么相权衡。</translation>
    </message>
    <message>
        <source>Pattern</source>
        <translation>模式</translation>
    </message>
    <message>
        <source>N:M keeps N of every M weights along the input (M up to 32); says the share by itself.</source>
        <translation>N:M 表示沿输入方向每 M 个权重保留 N 个（M 至多 32）；移除比例由此决定。</translation>
    </message>
    <message>
        <source>Block</source>
        <translation>块</translation>
    </message>
    <message>
        <source>Outputs × inputs of a block of weights.</source>
        <translation>一个权重块的输出数 × 输入数。</translation>
    </message>
    <message>
        <source>Round channels to</source>
        <translation>通道数取整到</translation>
    </message>
    <message>
        <source>Channels kept are multiples of this; 16 is fast on x86.</source>
        <translation>保留的通道数是它的倍数；在 x86 上 16 较快。</translation>
    </message>
    <message>
        <source>Keep at least</source>
        <translation>至少保留</translation>
    </message>
    <message>
        <source>Channels that each group keeps, however little they matter; smaller groups stay whole.</source>
        <translation>每组无论多不重要都保留的通道数；更小的组保持完整。</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>剪枝节奏</translation>
    </message>
    <message>
        <source>When the removed share grows.</source>
        <translation>移除比例何时增长。</translation>
    </message>
    <message>
        <source>Regrowth</source>
        <translation>再生</translation>
    </message>
    <message>
        <source>Share of the living weights that change places with dead ones, falling to 0 (RigL).</source>
        <translation>与已剪权重互换位置的存活权重比例，逐渐降至 0（RigL）。</translation>
    </message>
    <message>
        <source>Rounds</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Of the iterative schedule: the first at once, the last at the end of the ramp.</source>
        <translation>用于分轮计划：第一轮立即进行，最后一轮在爬升结束时进行。</translation>
    </message>
    <message>
        <source>Sparse training</source>
        <translation>稀疏训练</translation>
    </message>
    <message>
        <source>What pushes channels towards zero, instead of masks, in the training before their cut.</source>
        <translation>裁剪前的训练中，不用掩码，而用什么把通道推向零。</translation>
    </message>
    <message>
        <source>Strength of sparse training</source>
        <translation>稀疏训练强度</translation>
    </message>
    <message>
        <source>Correction</source>
        <translation>校正</translation>
    </message>
    <message>
        <source>What makes up for the cut of channels before training goes on, or without any.</source>
        <translation>裁剪通道后，在继续训练之前（或不再训练时）用什么来补偿。</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Exceptions, by layer name.</source>
        <translation>按层名称列出的例外。</translation>
    </message>
    <message>
        <source>Share removed of this layer.</source>
        <translation>此层移除的比例。</translation>
    </message>
    <message>
        <source>Leave as it is</source>
        <translation>保持原样</translation>
    </message>
    <message>
        <source>This layer is not pruned.</source>
        <translation>此层不剪枝。</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>How numbers are mapped to few bits.</source>
        <translation>数值如何映射到少数几位。</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>Observer</source>
        <translation>观测器</translation>
    </message>
    <message>
        <source>How ranges of activations are measured.</source>
        <translation>如何测量激活值的范围。</translation>
    </message>
    <message>
        <source>Percentile</source>
        <translation>百分位数</translation>
    </message>
    <message>
        <source>Of the values below the upper end, and above the lower one, with the observer percentile.</source>
        <translation>observer 为 percentile 时，低于上端的数值所占的百分比，也是高于下端的百分比。</translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation>舍入</translation>
    </message>
    <message>
        <source>How a weight chooses its level.</source>
        <translation>权重如何选取量化级。</translation>
    </message>
    <message>
        <source>Equalize layers</source>
        <translation>均衡各层</translation>
    </message>
    <message>
        <source>Before ranges are measured, channels between two layers get weights of one size on both sides; the network computes what it computed (Nagel 2019).</source>
        <translation>测量范围之前，使两层之间每个通道两侧的权重大小一致；网络的计算结果不变（Nagel 2019）。</translation>
    </message>
    <message>
        <source>Correct biases</source>
        <translation>校正偏置</translation>
    </message>
    <message>
        <source>After ranges are measured, what rounding shifts a layer&apos;s answers by is taken off its bias (Nagel 2019).</source>
        <translation>测量范围之后，从偏置中减去舍入给该层输出造成的偏移（Nagel 2019）。</translation>
    </message>
    <message>
        <source>Only where it is faster</source>
        <translation>仅在更快处</translation>
    </message>
    <message>
        <source>Before ranges are measured, layers are timed in ONNX Runtime; those that are slower in integers stay float if the whole file is faster so.</source>
        <translation>测量范围之前，先在 ONNX Runtime 中为各层计时；若整个文件因此更快，整数运算反而更慢的层保持浮点。</translation>
    </message>
    <message>
        <source>Calibration samples</source>
        <translation>校准样本数</translation>
    </message>
    <message>
        <source>Training samples on which ranges are measured.</source>
        <translation>用于测量范围的训练样本数。</translation>
    </message>
    <message>
        <source>Weight bits</source>
        <translation>权重位数</translation>
    </message>
    <message>
        <source>Activation bits</source>
        <translation>激活位数</translation>
    </message>
    <message>
        <source>Activation grid</source>
        <translation>激活网格</translation>
    </message>
    <message>
        <source>Where the levels of activations lie: for which hardware.</source>
        <translation>激活的级别位于何处：面向哪种硬件。</translation>
    </message>
    <message>
        <source>Bits of the first and last layer</source>
        <translation>首层和末层的位数</translation>
    </message>
    <message>
        <source>Of their weights and what they read; 0: as many as the others have.</source>
        <translation>其权重和所读取数值的位数；0：与其他层相同。</translation>
    </message>
    <message>
        <source>Round values from</source>
        <translation>从何时起量化数值</translation>
    </message>
    <message>
        <source>Share of the training with rounding after which values are rounded too, and not weights alone; until then ranges follow what they see.</source>
        <translation>在带量化的训练中，过了这一比例之后不再只量化权重，也量化数值；在此之前，范围随所见的数值而变。</translation>
    </message>
    <message>
        <source>Hold ranges from</source>
        <translation>从何时起固定范围</translation>
    </message>
    <message>
        <source>Share of the training with rounding after which observed ranges stand still.</source>
        <translation>在带量化的训练中，过了这一比例之后，观测到的范围不再变化。</translation>
    </message>
    <message>
        <source>Freeze batch norms from</source>
        <translation>从何时起冻结批归一化</translation>
    </message>
    <message>
        <source>Share of the training with rounding after which batch norms compute with the statistics they have, as files do (Krishnamoorthi 2018); 1: never.</source>
        <translation>在带量化的训练中，过了这一比例之后，批归一化像文件那样用已有的统计量计算（Krishnamoorthi 2018）；1 表示从不。</translation>
    </message>
    <message>
        <source>How many weights share one scale.</source>
        <translation>多少权重共用一个缩放系数。</translation>
    </message>
    <message>
        <source>Group size</source>
        <translation>分组大小</translation>
    </message>
    <message>
        <source>Neighbouring weights of a channel that share a scale, with granularity per_group; the last group of a channel may be shorter.</source>
        <translation>粒度为 per_group 时，一个通道内共用一个缩放系数的相邻权重个数；每个通道的最后一组可以更短。</translation>
    </message>
    <message>
        <source>Bits of each weight.</source>
        <translation>每个权重的位数。</translation>
    </message>
    <message>
        <source>Leave in float</source>
        <translation>保持浮点</translation>
    </message>
    <message>
        <source>This layer is not quantized.</source>
        <translation>此层不量化。</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>训练轮数</translation>
    </message>
    <message>
        <source>Passes over the training data, of all training in the run.</source>
        <translation>遍历训练数据的次数，包括此次运行的全部训练。</translation>
    </message>
    <message>
        <source>Optimizer</source>
        <translation>优化器</translation>
    </message>
    <message>
        <source>What turns gradients into steps.</source>
        <translation>将梯度变为更新步的方法。</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Size of the first steps.</source>
        <translation>最初更新步的大小。</translation>
    </message>
    <message>
        <source>Learning-rate schedule</source>
        <translation>学习率调度</translation>
    </message>
    <message>
        <source>How the learning rate falls.</source>
        <translation>学习率如何下降。</translation>
    </message>
    <message>
        <source>Momentum</source>
        <translation>动量</translation>
    </message>
    <message>
        <source>How much of the last step is kept (SGD).</source>
        <translation>保留上一步的多少（SGD）。</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>权重衰减</translation>
    </message>
    <message>
        <source>Pulls weights towards zero.</source>
        <translation>将权重拉向零。</translation>
    </message>
    <message>
        <source>In what numbers training computes.</source>
        <translation>训练用什么数值计算。</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>Softens the teacher&apos;s answers; 1 leaves them.</source>
        <translation>使教师的输出变软；1 表示不变。</translation>
    </message>
    <message>
        <source>Teacher&apos;s share</source>
        <translation>教师占比</translation>
    </message>
    <message>
        <source>Of the loss; the rest is told by the labels.</source>
        <translation>在损失中的占比；其余由标签决定。</translation>
    </message>
    <message>
        <source>Strategy</source>
        <translation>策略</translation>
    </message>
    <message>
        <source>In what order things happen.</source>
        <translation>各步骤的先后顺序。</translation>
    </message>
    <message>
        <source>Formats</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Files to write; each is re-opened and re-run.</source>
        <translation>要写入的文件；每个都会重新打开并运行。</translation>
    </message>
    <message>
        <source>L1 magnitude</source>
        <translation>L1 幅值</translation>
    </message>
    <message>
        <source>Removes what has the smallest absolute weights (Han 2015; Li 2017).</source>
        <translation>移除绝对值最小的权重（Han 2015；Li 2017）。</translation>
    </message>
    <message>
        <source>L2 magnitude</source>
        <translation>L2 幅值</translation>
    </message>
    <message>
        <source>Removes what has the smallest sum of squared weights (He 2018).</source>
        <translation>移除权重平方和最小的部分（He 2018）。</translation>
    </message>
    <message>
        <source>Layer-adaptive magnitude</source>
        <translation>逐层自适应幅度</translation>
    </message>
    <message>
        <source>Removes the weight that is the smallest share of those its layer would keep, so that scope global leaves every layer some (Lee 2021, LAMP).</source>
        <translation>移除在其所在层将保留的权重中占比最小的那个，因此全局范围会给每一层都留下一些权重（Lee 2021，LAMP）。</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>随机</translation>
    </message>
    <message>
        <source>Removes at random, from the recipe&apos;s seed: what any other criterion has to be better than.</source>
        <translation>按配方的随机种子随机移除：其他任何准则都应当优于它。</translation>
    </message>
    <message>
        <source>Gradient × weight</source>
        <translation>梯度 × 权重</translation>
    </message>
    <message>
        <source>Removes what the loss would miss least to first order, weight times gradient (Molchanov 2019).</source>
        <translation>移除一阶近似下损失最不在意的部分，即权重乘梯度（Molchanov 2019）。</translation>
    </message>
    <message>
        <source>SNIP</source>
        <translation>SNIP 连接敏感度</translation>
    </message>
    <message>
        <source>Removes the connections of the smallest weight times gradient on one batch (Lee 2019).</source>
        <translation>移除在一个批次上权重乘梯度最小的连接（Lee 2019）。</translation>
    </message>
    <message>
        <source>Movement</source>
        <translation>移动量</translation>
    </message>
    <message>
        <source>Removes what training moves towards zero, summed over the steps of the ramp (Sanh 2020).</source>
        <translation>移除训练使其趋向零的部分，在剪枝比例增长的各步上累加（Sanh 2020）。</translation>
    </message>
    <message>
        <source>Fisher (second order)</source>
        <translation>Fisher（二阶）</translation>
    </message>
    <message>
        <source>Removes what the loss would miss least to second order: optimal brain damage with the empirical Fisher matrix; channels as coupled groups (LeCun 1990; Liu 2021).</source>
        <translation>移除二阶近似下损失最不在意的部分：以经验 Fisher 矩阵实现的最优脑损伤；通道按耦合组计算（LeCun 1990；Liu 2021）。</translation>
    </message>
    <message>
        <source>Batch-norm scale</source>
        <translation>批归一化缩放</translation>
    </message>
    <message>
        <source>Removes channels of the smallest batch-norm scale, or of the smallest L2 norm where no batch norm follows (Liu 2017).</source>
        <translation>移除批归一化缩放系数最小的通道；后面没有批归一化时，移除 L2 范数最小的（Liu 2017）。</translation>
    </message>
    <message>
        <source>Geometric median</source>
        <translation>几何中位数</translation>
    </message>
    <message>
        <source>Removes channels whose filters lie nearest to all others, so that the others replace them (He 2019, FPGM).</source>
        <translation>移除滤波器离其余所有滤波器最近的通道，因为其余的可以替代它们（He 2019，FPGM）。</translation>
    </message>
    <message>
        <source>Percentage of zeros</source>
        <translation>零值比例</translation>
    </message>
    <message>
        <source>Removes channels that are zero most often behind the activation, on calibration samples (Hu 2016, APoZ).</source>
        <translation>移除在校准样本上、激活之后最常为零的通道（Hu 2016，APoZ）。</translation>
    </message>
    <message>
        <source>Mean activation</source>
        <translation>平均激活</translation>
    </message>
    <message>
        <source>Removes channels of the smallest mean activation on calibration samples (Molchanov 2017).</source>
        <translation>移除在校准样本上平均激活最小的通道（Molchanov 2017）。</translation>
    </message>
    <message>
        <source>Layer sensitivity</source>
        <translation>层敏感度</translation>
    </message>
    <message>
        <source>Gives each layer the ratio at which all layers have lost the same share of their energy; within a layer the smallest weights go.</source>
        <translation>为每层给出使各层损失同样比例能量的剪枝比例；层内移除最小的权重。</translation>
    </message>
    <message>
        <source>Single weights</source>
        <translation>单个权重</translation>
    </message>
    <message>
        <source>Sets single weights to zero; smaller only in the archive, not faster in a dense file.</source>
        <translation>将单个权重置零；只在压缩档案中变小，稠密文件不会更快。</translation>
    </message>
    <message>
        <source>N of M weights</source>
        <translation>M 取 N 权重</translation>
    </message>
    <message>
        <source>Keeps N of every M neighbouring weights (Zhou 2021): what sparse kernels such as those for 2:4 read.</source>
        <translation>每 M 个相邻权重中保留 N 个（Zhou 2021）：2:4 等稀疏内核所读取的形式。</translation>
    </message>
    <message>
        <source>Blocks of weights</source>
        <translation>权重块</translation>
    </message>
    <message>
        <source>Sets blocks of neighbouring weights to zero, such as 4 × 1: what block-sparse kernels skip.</source>
        <translation>将相邻权重组成的块（如 4 × 1）置零：块稀疏内核会跳过它们。</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Removes whole channels, with all layers that are coupled to them; smaller and faster everywhere.</source>
        <translation>移除整个通道及与之耦合的所有层；处处更小、更快。</translation>
    </message>
    <message>
        <source>Hidden units</source>
        <translation>隐藏单元</translation>
    </message>
    <message>
        <source>Removes hidden units of LSTM, GRU and RNN layers, and leaves all other layers their channels.</source>
        <translation>删去 LSTM、GRU 和 RNN 层的隐藏单元，其他层的通道不动。</translation>
    </message>
    <message>
        <source>Attention heads</source>
        <translation>注意力头</translation>
    </message>
    <message>
        <source>Removes whole heads of self-attention; the width between the layers stays (Michel 2019).</source>
        <translation>整头删去自注意力；层与层之间的宽度不变（Michel 2019）。</translation>
    </message>
    <message>
        <source>Residual blocks</source>
        <translation>残差块</translation>
    </message>
    <message>
        <source>Removes whole branches that are added to their own input, x + f(x); the network becomes shallower.</source>
        <translation>移除与自身输入相加的整个分支，即 x + f(x) 中的 f；网络变浅。</translation>
    </message>
    <message>
        <source>Whole model</source>
        <translation>整个模型</translation>
    </message>
    <message>
        <source>Importances are compared over the whole model, so layers lose different shares.</source>
        <translation>在整个模型内比较重要性，因此各层移除的比例不同。</translation>
    </message>
    <message>
        <source>Each layer</source>
        <translation>逐层</translation>
    </message>
    <message>
        <source>Every layer loses the same share.</source>
        <translation>每层移除相同的比例。</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Importance decides alone, whatever a channel costs.</source>
        <translation>只看重要性，不论通道的开销。</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Importance for each parameter that goes with the channel.</source>
        <translation>按随通道移除的每个参数衡量重要性。</translation>
    </message>
    <message>
        <source>Multiplications</source>
        <translation>乘法次数</translation>
    </message>
    <message>
        <source>Importance for each multiplication that goes with the channel.</source>
        <translation>按随通道移除的每次乘法衡量重要性。</translation>
    </message>
    <message>
        <source>Measured time</source>
        <translation>实测耗时</translation>
    </message>
    <message>
        <source>At once</source>
        <translation>一次完成</translation>
    </message>
    <message>
        <source>Everything is removed before training goes on.</source>
        <translation>在继续训练之前全部移除。</translation>
    </message>
    <message>
        <source>In rounds</source>
        <translation>分轮</translation>
    </message>
    <message>
        <source>The removed share grows by equal steps, with training between them to recover (Han 2015).</source>
        <translation>移除比例按等步增长，各步之间训练恢复（Han 2015）。</translation>
    </message>
    <message>
        <source>Cubic ramp</source>
        <translation>三次曲线</translation>
    </message>
    <message>
        <source>The removed share grows fast at first and slower later, during training (Zhu &amp; Gupta 2018).</source>
        <translation>训练中移除比例先快后慢地增长（Zhu &amp; Gupta 2018）。</translation>
    </message>
    <message>
        <source>Nothing is pushed: the schedule masks what goes.</source>
        <translation>不推动任何通道：由日程用掩码去掉。</translation>
    </message>
    <message>
        <source>Group lasso</source>
        <translation>组 lasso</translation>
    </message>
    <message>
        <source>All channels are pulled towards zero, each by its length; training keeps those it needs (Wen 2016).</source>
        <translation>所有通道按各自的长度被拉向零；训练会留住它需要的通道（Wen 2016）。</translation>
    </message>
    <message>
        <source>Growing penalty</source>
        <translation>增长式惩罚</translation>
    </message>
    <message>
        <source>Channels that are to go are chosen first, and pulled towards zero ever harder (Wang 2021, GReg-1).</source>
        <translation>先选定要去掉的通道，再以越来越大的力度把它们拉向零（Wang 2021，GReg-1）。</translation>
    </message>
    <message>
        <source>Weights stay as the cut left them.</source>
        <translation>权重保持裁剪后的样子。</translation>
    </message>
    <message>
        <source>Least squares</source>
        <translation>最小二乘</translation>
    </message>
    <message>
        <source>Layers that lost inputs are solved anew, so that they answer as before the cut (He 2017; ThiNet 2017).</source>
        <translation>重新求解失去输入的层，使其输出与裁剪前一致（He 2017；ThiNet 2017）。</translation>
    </message>
    <message>
        <source>Uniform</source>
        <translation>均匀</translation>
    </message>
    <message>
        <source>Evenly spaced levels (Jacob 2018): what integer hardware computes with.</source>
        <translation>等间隔的量化级（Jacob 2018）：整数硬件的计算方式。</translation>
    </message>
    <message>
        <source>Power-of-two scales</source>
        <translation>二的幂缩放因子</translation>
    </message>
    <message>
        <source>Evenly spaced levels whose scales are powers of two (Jain 2020): shifts in place of multiplications.</source>
        <translation>级别均匀，缩放因子为二的幂（Jain 2020）：以移位代替乘法。</translation>
    </message>
    <message>
        <source>Sums of powers of two</source>
        <translation>二的幂之和</translation>
    </message>
    <message>
        <source>Levels that are sums of powers of two, denser around zero (Li 2020); 2 to 6 bits.</source>
        <translation>级别为若干二的幂之和，越靠近零越密（Li 2020）；2 至 6 位。</translation>
    </message>
    <message>
        <source>Signs</source>
        <translation>符号</translation>
    </message>
    <message>
        <source>The sign of each weight times the mean size of its channel (Rastegari 2016); 1 bit.</source>
        <translation>每个权重取其符号，乘以所在通道的平均绝对值（Rastegari 2016）；1 位。</translation>
    </message>
    <message>
        <source>Ternary</source>
        <translation>三值</translation>
    </message>
    <message>
        <source>Minus, zero or plus one value for each channel (Li 2016); 2 bits.</source>
        <translation>每个通道只取一个值的负、零或正（Li 2016）；2 位。</translation>
    </message>
    <message>
        <source>Shared values</source>
        <translation>共享取值</translation>
    </message>
    <message>
        <source>All weights of a layer share a few values, from k-means and trained (Han 2016); weights alone are rounded.</source>
        <translation>一层的所有权重共用少数几个取值，由 k-means 得出并参与训练（Han 2016）；只舍入权重。</translation>
    </message>
    <message>
        <source>Half precision (float16)</source>
        <translation>半精度（float16）</translation>
    </message>
    <message>
        <source>Floats of 16 bits, 10 of them fraction (IEEE 754); weights alone are rounded.</source>
        <translation>16 位浮点数，其中 10 位尾数（IEEE 754）；只舍入权重。</translation>
    </message>
    <message>
        <source>Brain float (bfloat16)</source>
        <translation>bfloat16 浮点数</translation>
    </message>
    <message>
        <source>Floats of 16 bits with the range of 32, 7 of them fraction; weights alone are rounded.</source>
        <translation>16 位浮点数，取值范围与 32 位相同，其中 7 位尾数；只舍入权重。</translation>
    </message>
    <message>
        <source>Learned steps</source>
        <translation>学习步长</translation>
    </message>
    <message>
        <source>Evenly spaced levels whose steps are trained with the weights (Esser 2020; LSQ+, Bhalgat 2020).</source>
        <translation>等间隔的量化级，其步长与权重一同训练（Esser 2020；LSQ+，Bhalgat 2020）。</translation>
    </message>
    <message>
        <source>Learned clips</source>
        <translation>学习截断</translation>
    </message>
    <message>
        <source>The upper end of values behind a ReLU is trained with the weights, which are clipped where they err least (Choi 2018, 2019).</source>
        <translation>ReLU 之后数值的上界与权重一同训练，权重则在误差最小处截断（Choi 2018、2019）。</translation>
    </message>
    <message>
        <source>After training</source>
        <translation>训练后</translation>
    </message>
    <message>
        <source>Ranges are measured on a few batches; takes seconds.</source>
        <translation>用几个批次测量范围；只需数秒。</translation>
    </message>
    <message>
        <source>During training</source>
        <translation>训练中</translation>
    </message>
    <message>
        <source>The model is trained with rounding switched on; takes longer and loses less.</source>
        <translation>量化感知训练：在开启舍入的情况下训练；用时更长，损失更小。</translation>
    </message>
    <message>
        <source>As it runs</source>
        <translation>运行时</translation>
    </message>
    <message>
        <source>Weights are rounded, and values by their own range whenever the file runs: matrices, LSTMs and attention.</source>
        <translation>权重被舍入，数值在文件每次运行时按自身的范围舍入：矩阵、LSTM 和注意力。</translation>
    </message>
    <message>
        <source>Minimum and maximum</source>
        <translation>最小值与最大值</translation>
    </message>
    <message>
        <source>The smallest and largest value seen during calibration.</source>
        <translation>校准时所见的最小值和最大值。</translation>
    </message>
    <message>
        <source>Moving average</source>
        <translation>移动平均</translation>
    </message>
    <message>
        <source>The smallest and largest value of each batch, averaged; a single outlier counts for less (Jacob 2018).</source>
        <translation>对每批的最小值和最大值取移动平均；单个离群值的影响较小（Jacob 2018）。</translation>
    </message>
    <message>
        <source>Leaves a small share of the outermost values out on each side.</source>
        <translation>在两侧各舍去一小部分最外面的数值。</translation>
    </message>
    <message>
        <source>Least squared error</source>
        <translation>最小均方误差</translation>
    </message>
    <message>
        <source>The range whose rounding and clipping together change values least.</source>
        <translation>使舍入与截断合起来对数值改变最小的范围。</translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation>熵</translation>
    </message>
    <message>
        <source>The range that keeps most of what the distribution of values tells (Migacz 2017).</source>
        <translation>保留数值分布中最多信息的范围（Migacz 2017）。</translation>
    </message>
    <message>
        <source>Affine</source>
        <translation>仿射</translation>
    </message>
    <message>
        <source>From the smallest value to the largest, as uint8: what ONNX Runtime computes fastest.</source>
        <translation>从最小值到最大值，以 uint8 表示：ONNX Runtime 计算最快的形式。</translation>
    </message>
    <message>
        <source>Symmetric</source>
        <translation>对称</translation>
    </message>
    <message>
        <source>As far below zero as above it, as int8 with zero point 0 and biases in floats: what TensorRT takes.</source>
        <translation>零的两侧范围相同，以零点为 0 的 int8 表示，偏置为浮点：TensorRT 接受的形式。</translation>
    </message>
    <message>
        <source>Per tensor</source>
        <translation>按张量</translation>
    </message>
    <message>
        <source>All weights of a layer share one scale.</source>
        <translation>一层的所有权重共用一个缩放因子。</translation>
    </message>
    <message>
        <source>Per channel</source>
        <translation>逐通道</translation>
    </message>
    <message>
        <source>Each output channel has its own scale.</source>
        <translation>每个输出通道有自己的缩放系数。</translation>
    </message>
    <message>
        <source>Per group</source>
        <translation>按组</translation>
    </message>
    <message>
        <source>Some neighbouring weights of a channel share a scale (group_size); weights alone are rounded.</source>
        <translation>通道内若干相邻权重共用一个缩放系数（group_size）；只舍入权重。</translation>
    </message>
    <message>
        <source>Nearest</source>
        <translation>最近</translation>
    </message>
    <message>
        <source>To the nearest level, halves to even.</source>
        <translation>取最近的量化级，正中时取偶数。</translation>
    </message>
    <message>
        <source>AdaRound</source>
        <translation>自适应舍入（AdaRound）</translation>
    </message>
    <message>
        <source>Down or up, as each layer&apos;s answers on calibration samples have it (Nagel 2020); after training, uniform levels.</source>
        <translation>向下或向上取整，由该层在校准样本上的输出决定（Nagel 2020）；用于训练后、均匀量化。</translation>
    </message>
    <message>
        <source>SGD</source>
        <translation>SGD</translation>
    </message>
    <message>
        <source>Stochastic gradient descent with Nesterov momentum.</source>
        <translation>带 Nesterov 动量的随机梯度下降。</translation>
    </message>
    <message>
        <source>Adam</source>
        <translation>Adam</translation>
    </message>
    <message>
        <source>Adaptive steps (Kingma &amp; Ba 2015).</source>
        <translation>自适应步长（Kingma &amp; Ba 2015）。</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>余弦</translation>
    </message>
    <message>
        <source>Falls along a cosine to zero (Loshchilov &amp; Hutter 2017).</source>
        <translation>沿余弦曲线降到零（Loshchilov &amp; Hutter 2017）。</translation>
    </message>
    <message>
        <source>Constant</source>
        <translation>恒定</translation>
    </message>
    <message>
        <source>Stays as it is.</source>
        <translation>保持不变。</translation>
    </message>
    <message>
        <source>Single (float32)</source>
        <translation>单精度 (float32)</translation>
    </message>
    <message>
        <source>Single precision throughout; the same bits on every processor of a kind.</source>
        <translation>全程单精度；同类处理器上逐位相同。</translation>
    </message>
    <message>
        <source>Mixed (bfloat16)</source>
        <translation>混合精度 (bfloat16)</translation>
    </message>
    <message>
        <source>Convolutions and matrix products in bfloat16, weights and sums in float32 (Micikevicius 2018): up to twice as fast where the processor has it. Training with rounding stays float32.</source>
        <translation>卷积和矩阵乘用 bfloat16，权重与累加用 float32（Micikevicius 2018）：处理器支持时最多快一倍。带舍入的训练仍用 float32。</translation>
    </message>
    <message>
        <source>One after the other</source>
        <translation>依次进行</translation>
    </message>
    <message>
        <source>Prune, fine-tune, then quantize.</source>
        <translation>先剪枝，再微调，最后量化。</translation>
    </message>
    <message>
        <source>Together</source>
        <translation>同时进行</translation>
    </message>
    <message>
        <source>Channels or weights go while the network learns to compute with rounded numbers, in one training.</source>
        <translation>在一次训练中移除通道或权重，同时让网络学会以舍入后的数值计算。</translation>
    </message>
    <message>
        <source>Sample</source>
        <translation>示例</translation>
    </message>
    <message>
        <source>The digits that ship with Penjing.</source>
        <translation>随 Penjing 提供的手写数字。</translation>
    </message>
    <message>
        <source>Arrays</source>
        <translation>数组</translation>
    </message>
    <message>
        <source>npz:FILE with x_train, y_train, x_test and y_test, or a folder of such npy files.</source>
        <translation>npz:FILE，含 x_train、y_train、x_test 和 y_test，或由这些 npy 文件组成的文件夹。</translation>
    </message>
    <message>
        <source>Image folder</source>
        <translation>图像文件夹</translation>
    </message>
    <message>
        <source>folder:DIR with one folder of images a class, or such folders in train and test.</source>
        <translation>folder:DIR，每个类别一个图像文件夹，也可分别放在 train 和 test 中。</translation>
    </message>
    <message>
        <source>Torchvision</source>
        <translation>Torchvision</translation>
    </message>
    <message>
        <source>torchvision:NAME?root=DIR, such as MNIST or CIFAR10; fetched only with &amp;download=true.</source>
        <translation>torchvision:NAME?root=DIR，例如 MNIST 或 CIFAR10；仅在加上 &amp;download=true 时下载。</translation>
    </message>
    <message>
        <source>Text table</source>
        <translation>文本表格</translation>
    </message>
    <message>
        <source>csv:FILE with a column of texts and a column of labels.</source>
        <translation>csv:FILE，含一列文本和一列标签。</translation>
    </message>
    <message>
        <source>Audio folder</source>
        <translation>音频文件夹</translation>
    </message>
    <message>
        <source>audio:DIR with one folder of recordings a class, or names that begin with the label.</source>
        <translation>audio:DIR，每个类别一个录音文件夹，或文件名以标签开头。</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>裁切</translation>
    </message>
    <message>
        <source>Images are shifted by up to an eighth of their size: for digits and letters, which a mirror would spoil.</source>
        <translation>图像随机平移，幅度不超过其尺寸的八分之一：适合数字和字母，镜像会破坏它们。</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>归档</translation>
    </message>
    <message>
        <source>Entropy-coded weights that Penjing wrote, a .penjing file.</source>
        <translation>Penjing 写出的熵编码权重，即 .penjing 文件。</translation>
    </message>
    <message>
        <source>ONNX int4</source>
        <translation>ONNX int4</translation>
    </message>
    <message>
        <source>Linear layers with weights of 4 bits in ONNX Runtime: for language and other networks made of them; convolutions stay in floats.</source>
        <translation>在 ONNX Runtime 中以 4 位权重运行的 Linear 层：适合语言等由它们组成的网络；卷积保持浮点。</translation>
    </message>
    <message>
        <source>Tensors without code: rounded weights as levels of 8 bits with their scales; a Python file loads them.</source>
        <translation>不含代码的张量：舍入后的权重以 8 位级别及其缩放保存；由一个 Python 文件加载。</translation>
    </message>
    <message>
        <source>PyTorch program (.pt2)</source>
        <translation>PyTorch 程序 (.pt2)</translation>
    </message>
    <message>
        <source>The compressed network as a program of torch.export in floats: runs without its class, compiles, nothing pickled.</source>
        <translation>压缩网络的浮点 torch.export 程序：无需原来的类即可运行，可编译，不含 pickle。</translation>
    </message>
    <message>
        <source>Calibration pack</source>
        <translation>校准包</translation>
    </message>
    <message>
        <source>The pruned float32 ONNX with prepared samples, labels and a script, for tools that quantize themselves: RKNN, Hailo, ncnn, MNN, ESP-DL.</source>
        <translation>剪枝后的 float32 ONNX，附预处理好的样本、标签和脚本，供自行量化的工具使用：RKNN、Hailo、ncnn、MNN、ESP-DL。</translation>
    </message>
    <message>
        <source>Archive (.penjing)</source>
        <translation>归档 (.penjing)</translation>
    </message>
    <message>
        <source>Entropy-coded weights for storage and download: the smallest file; decoded bit for bit before it is run.</source>
        <translation>用于存储和下载的熵编码权重：最小的文件；运行前逐位解码还原。</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Channels, height and width.</source>
        <translation>通道、高和宽。</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Numbers of words, in order.</source>
        <translation>按顺序排列的词编号。</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>声音</translation>
    </message>
    <message>
        <source>A waveform, or its spectrum over time.</source>
        <translation>波形，或其随时间变化的频谱。</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Numbers of any other meaning.</source>
        <translation>其他含义的数值。</translation>
    </message>
    <message>
        <source>Python file</source>
        <translation>Python 文件</translation>
    </message>
    <message>
        <source>FILE.py:callable, which returns the splits; runs that file.</source>
        <translation>FILE.py:callable，返回各数据划分；会运行该文件。</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Than the unpruned network in the same kind of ONNX file, in place of the ratio; goes with the objective of measured time.</source>
        <translation>相对于未剪枝网络的同类 ONNX 文件，用来代替比例；须与“实测耗时”目标一起使用。</translation>
    </message>
    <message>
        <source>Factor of the group lasso (about 0.03), or gain of the growing penalty a raise (about 0.3).</source>
        <translation>组 lasso 的系数（约 0.03）；对增长式惩罚，则是每次增长的增量（约 0.3）。</translation>
    </message>
    <message>
        <source>After training, during it, or as files run.</source>
        <translation>训练之后、训练之中，或在文件运行时。</translation>
    </message>
    <message>
        <source>Bits of each weight; fewer than 8 ride on the int8 grid, with more weights alone are rounded.</source>
        <translation>每个权重的位数；少于 8 位时放在 int8 网格上，多于 8 位时只舍入权重。</translation>
    </message>
    <message>
        <source>Bits of what layers read; fewer than 8 ride on the uint8 grid, 0 rounds weights only.</source>
        <translation>各层所读取数值的位数；少于 8 位时沿用 uint8 网格，0 表示只量化权重。</translation>
    </message>
    <message>
        <source>Number format</source>
        <translation>数值格式</translation>
    </message>
    <message>
        <source>Importance for each millisecond that goes with the channels: every layer is timed in ONNX Runtime at several widths, and widths that save no time are jumped over (Yang 2018, NetAdapt; Shen 2022, HALP).</source>
        <translation>按随通道一起省下的每毫秒来衡量重要性：每一层都在 ONNX Runtime 中以多种宽度计时，不省时间的宽度会被跳过（Yang 2018，NetAdapt；Shen 2022，HALP）。</translation>
    </message>
    <message>
        <source>Training samples are used as they are.</source>
        <translation>原样使用训练样本。</translation>
    </message>
    <message>
        <source>Flip and crop</source>
        <translation>翻转与裁切</translation>
    </message>
    <message>
        <source>Images are flipped at random and shifted by up to an eighth of their size.</source>
        <translation>图像随机翻转，并平移至多其尺寸的八分之一。</translation>
    </message>
    <message>
        <source>Classification</source>
        <translation>分类</translation>
    </message>
    <message>
        <source>One label out of several for each sample.</source>
        <translation>每个样本对应若干标签中的一个。</translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation>波形</translation>
    </message>
    <message>
        <source>The samples themselves, (1, samples).</source>
        <translation>采样值本身，(1, 采样点数)。</translation>
    </message>
    <message>
        <source>Log-mel</source>
        <translation>对数梅尔</translation>
    </message>
    <message>
        <source>Logarithms of the energy in mel bands over time, (1, bands, frames).</source>
        <translation>各梅尔频带能量的对数随时间的变化，(1, 频带数, 帧数)。</translation>
    </message>
    <message>
        <source>Quick</source>
        <translation>快速</translation>
    </message>
    <message>
        <source>From the weights alone: noise of rounding, and energy that pruning leaves.</source>
        <translation>仅由权重得出：量化噪声，以及剪枝后剩余的能量。</translation>
    </message>
    <message>
        <source>Full</source>
        <translation>完整</translation>
    </message>
    <message>
        <source>Each layer is pruned and rounded by itself, and the accuracy on validation samples measured.</source>
        <translation>逐层单独剪枝和量化，并在验证样本上测量准确率。</translation>
    </message>
    <message>
        <source>The network that ships with Penjing.</source>
        <translation>随 Penjing 提供的网络。</translation>
    </message>
    <message>
        <source>Weights only</source>
        <translation>仅权重</translation>
    </message>
    <message>
        <source>Tensors by name; the architecture is named separately.</source>
        <translation>按名称存放的张量；网络结构另行指明。</translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation>检查点</translation>
    </message>
    <message>
        <source>What a training saved: weights among other things.</source>
        <translation>训练时保存的内容：权重及其他。</translation>
    </message>
    <message>
        <source>Lightning checkpoint</source>
        <translation>Lightning 检查点</translation>
    </message>
    <message>
        <source>A .ckpt of PyTorch Lightning.</source>
        <translation>PyTorch Lightning 的 .ckpt 文件。</translation>
    </message>
    <message>
        <source>Whole module</source>
        <translation>完整模块</translation>
    </message>
    <message>
        <source>A pickled torch.nn.Module.</source>
        <translation>序列化的 torch.nn.Module。</translation>
    </message>
    <message>
        <source>Safetensors</source>
        <translation>Safetensors</translation>
    </message>
    <message>
        <source>Tensors by name, without code; the architecture is named separately.</source>
        <translation>按名称存放的张量，不含代码；网络结构另行指明。</translation>
    </message>
    <message>
        <source>Hugging Face folder</source>
        <translation>Hugging Face 文件夹</translation>
    </message>
    <message>
        <source>config.json beside safetensors; built by transformers.</source>
        <translation>config.json 与 safetensors 在一起；由 transformers 构建。</translation>
    </message>
    <message>
        <source>TorchScript</source>
        <translation>TorchScript</translation>
    </message>
    <message>
        <source>A program that torch.jit saved.</source>
        <translation>由 torch.jit 保存的程序。</translation>
    </message>
    <message>
        <source>Exported program</source>
        <translation>导出程序</translation>
    </message>
    <message>
        <source>A graph that torch.export saved, a .pt2 file.</source>
        <translation>由 torch.export 保存的图，即 .pt2 文件。</translation>
    </message>
    <message>
        <source>ONNX</source>
        <translation>ONNX</translation>
    </message>
    <message>
        <source>A graph for ONNX Runtime, turned back into modules.</source>
        <translation>供 ONNX Runtime 使用的图，会还原为模块。</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>按名称</translation>
    </message>
    <message>
        <source>torchvision:NAME or timm:NAME, with weights as they are initialized.</source>
        <translation>torchvision:NAME 或 timm:NAME，权重为初始值。</translation>
    </message>
    <message>
        <source>ONNX float32</source>
        <translation>ONNX float32</translation>
    </message>
    <message>
        <source>The compressed network in floats; input for tools that quantize themselves.</source>
        <translation>浮点形式的压缩网络；供自行量化的工具使用。</translation>
    </message>
    <message>
        <source>ONNX int8</source>
        <translation>ONNX int8</translation>
    </message>
    <message>
        <source>Integers in ONNX Runtime: the small, fast file.</source>
        <translation>在 ONNX Runtime 中以整数运行：又小又快的文件。</translation>
    </message>
    <message>
        <source>PyTorch weights</source>
        <translation>PyTorch 权重</translation>
    </message>
    <message>
        <source>The pruned weights with a Python file that loads them without Penjing.</source>
        <translation>剪枝后的权重，附带无需 Penjing 即可加载的 Python 文件。</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>The processor; works everywhere and gives the same bits each time.</source>
        <translation>处理器；处处可用，且每次结果逐位相同。</translation>
    </message>
    <message>
        <source>CUDA</source>
        <translation>CUDA</translation>
    </message>
    <message>
        <source>An NVIDIA graphics card.</source>
        <translation>NVIDIA 显卡。</translation>
    </message>
    <message>
        <source>MPS</source>
        <translation>MPS</translation>
    </message>
    <message>
        <source>The graphics part of an Apple processor.</source>
        <translation>Apple 处理器的图形单元。</translation>
    </message>
</context>
<context>
    <name>engine</name>
    <message>
        <source>There is no file &quot;{path}&quot;; check the path.</source>
        <translation>文件“{path}”不存在；请检查路径。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is a folder; name the model file in it.</source>
        <translation>“{path}”是文件夹；请指明其中的模型文件。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be read ({reason}); check its permissions.</source>
        <translation>无法读取“{path}”（{reason}）；请检查访问权限。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is empty; save the model again.</source>
        <translation>“{path}”是空文件；请重新保存模型。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is no model that Penjing reads ({found}); save it with torch.save, as safetensors, or export it to ONNX.</source>
        <translation>盆景读不了“{path}”这种文件（{found}）；请用 torch.save 保存模型、存为 safetensors，或导出为 ONNX。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is damaged or cut short ({reason}); copy or save it again.</source>
        <translation>“{path}”已损坏或不完整（{reason}）；请重新复制或保存。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; holds no weights (found: {found}); save model.state_dict() or the whole model.</source>
        <translation>“{path}”中没有权重（只有：{found}）；请保存 model.state_dict() 或整个模型。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is Python code, not weights; open the weights, and name this file as their architecture, such as {path}:Net.</source>
        <translation>“{path}”是 Python 代码，不是权重；请打开权重文件，并把此文件写作其网络结构，例如 {path}:Net。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; was not opened, as {reason}: no honest file is like that; get it anew from where it comes from.</source>
        <translation>“{path}”未被打开，因为 {reason}：正常的文件不会如此；请从其来源重新获取。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; wants Python code of its own to be run (auto_map in config.json), which Penjing never does; choose a model whose class transformers itself has.</source>
        <translation>“{path}”要求运行自带的 Python 代码（config.json 中的 auto_map），而 Penjing 从不这样做；请选择 transformers 自带其类的模型。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; needs more than {limit} of memory to be opened; close other programs, or raise PENJING_OPEN_BYTES if you know where it comes from.</source>
        <translation>打开“{path}”需要超过 {limit} 的内存；请关闭其他程序，或在清楚其来源时调大 PENJING_OPEN_BYTES。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; was not open after {limit} s; raise PENJING_OPEN_SECONDS if you know where it comes from.</source>
        <translation>“{path}”在 {limit} 秒内未能打开；如果您清楚其来源，请调大 PENJING_OPEN_SECONDS。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be made, as &quot;{parent}&quot; is a file; choose another folder.</source>
        <translation>无法创建“{path}”，因为“{parent}”是文件；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be written ({reason}); choose another folder.</source>
        <translation>无法写入“{path}”（{reason}）；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>The folder &quot;{path}&quot; is not empty; choose another, or add --resume to go on with its run.</source>
        <translation>文件夹“{path}”不为空；请选择其他文件夹，或加上 --resume 继续其中的运行。</translation>
    </message>
    <message>
        <source>There is no run in &quot;{path}&quot;; name a folder that penjing run has written.</source>
        <translation>“{path}”中没有运行记录；请选择由 penjing run 写入的文件夹。</translation>
    </message>
    <message>
        <source>A run is already going on in &quot;{path}&quot;; wait for it, or cancel it first.</source>
        <translation>“{path}”中已有运行正在进行；请等待其结束，或先取消它。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; runs code of its own ({wants}); add --trust if you know where it comes from.</source>
        <translation>“{path}”会运行自带的代码（{wants}）；如果您清楚它的来源，请加上 --trust。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; was not opened, as you do not trust it.</source>
        <translation>“{path}”未被打开，因为您不信任它。</translation>
    </message>
    <message>
        <source>runs this Python file</source>
        <translation>运行此 Python 文件</translation>
    </message>
    <message>
        <source>There is no architecture &quot;{name}&quot;; did you mean &quot;{nearest}&quot;?</source>
        <translation>没有名为“{name}”的网络结构；您是否想用“{nearest}”？</translation>
    </message>
    <message>
        <source>The architecture &quot;{text}&quot; does not take these arguments ({reason}); check them.</source>
        <translation>网络结构“{text}”不接受这些参数（{reason}）；请检查。</translation>
    </message>
    <message>
        <source>The Python file &quot;{path}&quot; could not be used ({reason}); mend it and try again.</source>
        <translation>无法使用 Python 文件“{path}”（{reason}）；请修正后重试。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; has no callable &quot;{name}&quot;; it has: {found}.</source>
        <translation>“{path}”中没有可调用对象“{name}”；其中有：{found}。</translation>
    </message>
    <message>
        <source>{text} returned {found} instead of {wanted}; mend the function.</source>
        <translation>{text} 返回了 {found}，而不是 {wanted}；请修正该函数。</translation>
    </message>
    <message>
        <source>The weights do not fit {architecture}: {missing} keys are missing ({missing_names}), {unexpected} are unknown ({unexpected_names}), {mismatched} have another shape ({mismatched_names}); choose the architecture that was trained.</source>
        <translation>权重与 {architecture} 不符：缺少 {missing} 个键（{missing_names}），多出 {unexpected} 个键（{unexpected_names}），{mismatched} 个键形状不同（{mismatched_names}）；请选择训练时所用的网络结构。</translation>
    </message>
    <message>
        <source>The model does not run on an input of shape {shape} ({reason}); correct the input shape.</source>
        <translation>模型无法处理形状为 {shape} 的输入（{reason}）；请修正输入形状。</translation>
    </message>
    <message>
        <source>The model answers {found} to one batch; a classifier answers one tensor of (batch, classes).</source>
        <translation>模型对一个批次的输出是 {found}；分类模型应输出一个形状为 (batch, classes) 的张量。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; needs {names}, which is not installed here; name the Python file that defines it as the architecture, such as FILE.py:{name}.</source>
        <translation>“{path}”需要 {names}，但这里没有安装；请把定义它的 Python 文件写作网络结构，例如 FILE.py:{name}。</translation>
    </message>
    <message>
        <source>Pruning and quantizing train and measure the model; name the source of its data.</source>
        <translation>剪枝和量化需要训练并测量模型；请指明数据来源。</translation>
    </message>
    <message>
        <source>Full sensitivity measures the model on validation samples, and there are none; set the validation share (data.validation) above 0.</source>
        <translation>完整的敏感度需要在验证样本上测量模型，但现在没有验证样本；请将验证比例（data.validation）设为大于 0。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; lacks the arrays {missing}; it needs x_train, y_train, x_test and y_test.</source>
        <translation>“{path}”缺少数组 {missing}；需要 x_train、y_train、x_test 和 y_test。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be read as an npz file ({reason}); save it with numpy.savez.</source>
        <translation>无法将“{path}”作为 npz 文件读取（{reason}）；请用 numpy.savez 保存。</translation>
    </message>
    <message>
        <source>The data in &quot;{path}&quot; would take {needed} of memory ({samples} samples), but {available} are free; take at most {limit} of each split (data.limit).</source>
        <translation>“{path}”中的数据需要 {needed} 内存（{samples} 个样本），但可用内存只有 {available}；请将样本上限（data.limit）设为不超过 {limit}。</translation>
    </message>
    <message>
        <source>The data in &quot;{path}&quot; has the classes {found}, of which the class names (data.class_names) lack {missing}; name all of them, or none.</source>
        <translation>“{path}”中的数据有类别 {found}，而类别名称（data.class_names）缺少 {missing}；请全部列出，或全部留空。</translation>
    </message>
    <message>
        <source>The image size has {found} numbers; give height and width, such as 224, 224 (in a recipe: image_size = [224, 224]).</source>
        <translation>图像尺寸有 {found} 个数；请给出高和宽，例如 224, 224（在配方中：image_size = [224, 224]）。</translation>
    </message>
    <message>
        <source>The data set {name} is not in &quot;{path}&quot; ({reason}); name its folder (root=DIR), or switch the download on (&amp;download=true).</source>
        <translation>“{path}”中没有数据集 {name}（{reason}）；请指明其文件夹（root=DIR），或开启下载（&amp;download=true）。</translation>
    </message>
    <message>
        <source>The split &quot;{split}&quot; of the data is empty; give it at least one sample.</source>
        <translation>数据的“{split}”部分为空；请至少提供一个样本。</translation>
    </message>
    <message>
        <source>The split &quot;{split}&quot; has {samples} samples but {labels} labels; they must be as many.</source>
        <translation>“{split}”部分有 {samples} 个样本，却有 {labels} 个标签；两者数量必须相同。</translation>
    </message>
    <message>
        <source>runs a TorchScript program</source>
        <translation>运行 TorchScript 程序</translation>
    </message>
    <message>
        <source>loads a torch.export program, which may unpickle Python objects</source>
        <translation>载入 torch.export 程序，其中可能会反序列化 Python 对象</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; holds weights only; name the architecture, such as torchvision:resnet18 or FILE.py:callable (nearest of torchvision: {guesses}).</source>
        <translation>“{path}”只含权重；请指明网络结构，例如 torchvision:resnet18 或 FILE.py:callable（torchvision 中最接近的：{guesses}）。</translation>
    </message>
    <message>
        <source>&quot;{text}&quot; names no architecture; write torchvision:NAME, timm:NAME or FILE.py:callable.</source>
        <translation>“{text}”不是网络结构；请写 torchvision:NAME、timm:NAME 或 FILE.py:callable。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; has no set of weights &quot;{entry}&quot;; it has: {known}.</source>
        <translation>“{path}”中没有名为“{entry}”的权重；其中有：{known}。</translation>
    </message>
    <message>
        <source>&quot;{name}&quot; has no trained weights &quot;{weights}&quot;; known: {known}.</source>
        <translation>“{name}”没有预训练权重“{weights}”；可用：{known}。</translation>
    </message>
    <message>
        <source>The trained weights of &quot;{name}&quot; are not on this machine; add &amp;download=true to fetch them.</source>
        <translation>本机没有“{name}”的预训练权重；请加上 &amp;download=true 下载。</translation>
    </message>
    <message>
        <source>The trained weights of &quot;{name}&quot; could not be fetched ({reason}); check the connection, or copy them here yourself.</source>
        <translation>无法下载“{name}”的预训练权重（{reason}）；请检查网络连接，或自行复制到本机。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; could not be built by transformers ({reason}); a newer transformers may know it.</source>
        <translation>transformers 无法构建“{path}”（{reason}）；较新的 transformers 或许可以。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; holds {found}; a folder is opened whose config.json names a …ForImageClassification, …ForSequenceClassification or …ForAudioClassification of transformers.</source>
        <translation>“{path}”中是 {found}；请打开 config.json 中写有 transformers 的 …ForImageClassification、…ForSequenceClassification 或 …ForAudioClassification 的文件夹。</translation>
    </message>
    <message>
        <source>The shape of the input of {architecture} cannot be inferred; give the input shape, such as 3, 224, 224 (in a recipe: input_shape = [3, 224, 224]).</source>
        <translation>无法推断 {architecture} 的输入形状；请给出，例如 3, 224, 224（在配方中：input_shape = [3, 224, 224]）。</translation>
    </message>
    <message>
        <source>The graph takes {found} inputs; a model is opened that takes one tensor, a batch of samples.</source>
        <translation>此计算图有 {found} 个输入；请打开只接受一个张量（一批样本）的模型。</translation>
    </message>
    <message>
        <source>The graph cannot be turned back into layers: {reason}.</source>
        <translation>无法将计算图还原为层：{reason}。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is already quantized (operator {operator}); open the float model that it was made from.</source>
        <translation>“{path}”已经量化过（算子 {operator}）；请打开量化前的浮点模型。</translation>
    </message>
    <message>
        <source>The graph was written for a batch of {batch} only; export the model with a dynamic batch dimension.</source>
        <translation>此计算图只支持批大小 {batch}；请以动态批维度重新导出模型。</translation>
    </message>
    <message>
        <source>The layers that the graph was turned back into answer differently (largest difference {found} of the largest output, limit {limit}); open the model&apos;s PyTorch file instead.</source>
        <translation>由计算图还原的层与原图输出不一致（最大偏差为最大输出的 {found}，上限 {limit}）；请改为打开模型的 PyTorch 文件。</translation>
    </message>
    <message>
        <source>The graph cannot be turned back into layers: operator {operator} of node &quot;{node}&quot; is not understood; open the model&apos;s PyTorch file instead.</source>
        <translation>无法将计算图还原为层：不支持节点“{node}”的算子 {operator}；请改为打开模型的 PyTorch 文件。</translation>
    </message>
    <message>
        <source>&quot;{text}&quot; names no data; write sample, npz:FILE, folder:DIR, torchvision:NAME, csv:FILE, audio:DIR or FILE.py:callable.</source>
        <translation>“{text}”不是数据来源；请写 sample、npz:FILE、folder:DIR、torchvision:NAME、csv:FILE、audio:DIR 或 FILE.py:callable。</translation>
    </message>
    <message>
        <source>Full sensitivity measures the model on validation samples; name the source of its data, or take quick.</source>
        <translation>完整的敏感度需要在验证样本上测量模型；请指明数据来源，或改用快速测量。</translation>
    </message>
    <message>
        <source>The folder &quot;{path}&quot; lacks {missing}; it needs x_train.npy, y_train.npy, x_test.npy and y_test.npy.</source>
        <translation>文件夹“{path}”缺少 {missing}；需要 x_train.npy、y_train.npy、x_test.npy 和 y_test.npy。</translation>
    </message>
    <message>
        <source>There is no folder &quot;{path}&quot;; check the path.</source>
        <translation>文件夹“{path}”不存在；请检查路径。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; holds no {kind} of several classes; make a folder for each class, in it or in its train and test.</source>
        <translation>“{path}”中没有分属多个类别的文件（{kind}）；请为每个类别建一个文件夹，放在其中或其 train 和 test 中。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be read as an image ({reason}); mend it or remove it.</source>
        <translation>无法将“{path}”作为图像读取（{reason}）；请修复或移除它。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be read as a recording ({reason}); mend it or remove it.</source>
        <translation>无法将“{path}”作为录音读取（{reason}）；请修复或移除它。</translation>
    </message>
    <message>
        <source>A {name} of {milliseconds} ms is shorter than one sample at {rate} Hz; make it longer.</source>
        <translation>{name} 为 {milliseconds} 毫秒，在 {rate} Hz 下还不到一个采样点；请加长。</translation>
    </message>
    <message>
        <source>{bands} mel bands are too many for a window of {window_ms} ms at {rate} Hz: some would hear nothing; use at most {limit}, or a longer window.</source>
        <translation>在 {rate} Hz 下，{window_ms} 毫秒的窗容不下 {bands} 个梅尔频带：有些频带会为空；请最多用 {limit} 个，或加长窗。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be read as a text table ({reason}); save it as CSV in UTF-8.</source>
        <translation>无法将“{path}”作为文本表格读取（{reason}）；请以 UTF-8 编码存为 CSV。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; has no column &quot;{name}&quot;; it has: {found}.</source>
        <translation>“{path}”中没有列“{name}”；其中有：{found}。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; has one column only; it needs one of texts and one of labels.</source>
        <translation>“{path}”只有一列；需要一列文本和一列标签。</translation>
    </message>
    <message>
        <source>Line {line} of &quot;{path}&quot; has {found} columns instead of {wanted}; put texts that hold a &quot;{delimiter}&quot; in quotes.</source>
        <translation>“{path}”第 {line} 行有 {found} 列，而不是 {wanted} 列；含有“{delimiter}”的文本请加引号。</translation>
    </message>
    <message>
        <source>The tokenizer &quot;{path}&quot; cannot be read ({reason}); name a tokenizer.json, or a vocab.txt with a word a line.</source>
        <translation>无法读取分词器“{path}”（{reason}）；请给出 tokenizer.json，或每行一个词的 vocab.txt。</translation>
    </message>
    <message>
        <source>There is no data set &quot;{name}&quot; here; did you mean &quot;{nearest}&quot;?</source>
        <translation>没有名为“{name}”的数据集；您是否想用“{nearest}”？</translation>
    </message>
    <message>
        <source>The data set torchvision:{name} takes no &quot;{argument}&quot;; it takes: {known}.</source>
        <translation>数据集 torchvision:{name} 没有参数“{argument}”；可用：{known}。</translation>
    </message>
    <message>
        <source>The data set {name} could not be fetched ({reason}); try again, or put its files into &quot;{path}&quot;.</source>
        <translation>无法下载数据集 {name}（{reason}）；请重试，或将其文件放入“{path}”。</translation>
    </message>
    <message>
        <source>{what} needs the package {package}, which is not installed; type: {command}</source>
        <translation>{what} 需要软件包 {package}，但尚未安装；请输入：{command}</translation>
    </message>
    <message>
        <source>The data has samples of shape {found}, the model takes {wanted}; correct the data or the input shape (model.input_shape).</source>
        <translation>数据样本的形状为 {found}，而模型需要 {wanted}；请修正数据或输入形状（model.input_shape）。</translation>
    </message>
    <message>
        <source>The array {name} has the type {found}; give uint8 images, floats, or word numbers of shape (samples, length).</source>
        <translation>数组 {name} 的类型为 {found}；请提供 uint8 图像、浮点数，或形状为 (samples, length) 的词编号。</translation>
    </message>
    <message>
        <source>x_test has the type {test}, x_train {train}; give both the same.</source>
        <translation>x_test 的类型为 {test}，x_train 为 {train}；两者必须相同。</translation>
    </message>
    <message>
        <source>The array {name} holds the word number {found}; word numbers go from 0.</source>
        <translation>数组 {name} 中有词编号 {found}；词编号须从 0 开始。</translation>
    </message>
    <message>
        <source>The model takes word numbers, but the data has {found}; choose data of texts, or save the word numbers as int64.</source>
        <translation>模型需要词编号，而数据为 {found}；请选择文本数据，或将词编号存为 int64。</translation>
    </message>
    <message>
        <source>The data has word numbers, but the model takes floats; choose the model that was trained on texts, or save the values as float32.</source>
        <translation>数据为词编号，而模型需要浮点数；请选择在文本上训练的模型，或将数值存为 float32。</translation>
    </message>
    <message>
        <source>The array {name} holds values that are not finite; clean the data first.</source>
        <translation>数组 {name} 含有非有限值；请先清理数据。</translation>
    </message>
    <message>
        <source>augment = &quot;{kind}&quot; needs images of shape (channels, height, width), but the data has samples of shape {found}; set augment = &quot;none&quot;.</source>
        <translation>augment = &quot;{kind}&quot; 需要形状为 (channels, height, width) 的图像，而数据样本的形状为 {found}；请设 augment = &quot;none&quot;。</translation>
    </message>
    <message>
        <source>The labels of &quot;{split}&quot; have the type {found}; give whole numbers from 0.</source>
        <translation>“{split}”的标签类型为 {found}；请使用从 0 开始的整数。</translation>
    </message>
    <message>
        <source>The labels of &quot;{split}&quot; go from {low} to {high}, but the model has {classes} classes: labels must go from 0 to {last}.</source>
        <translation>“{split}”的标签从 {low} 到 {high}，而模型有 {classes} 个类别：标签必须在 0 到 {last} 之间。</translation>
    </message>
    <message>
        <source>{name} has {found} values, but the data has {channels} channels; give one value or {channels}.</source>
        <translation>{name} 有 {found} 个值，而数据有 {channels} 个通道；请提供一个值或 {channels} 个值。</translation>
    </message>
    <message>
        <source>The data has {found} word numbers, the model takes {wanted}; set the vocabulary (data.text.vocabulary) to {wanted}, or name the tokenizer that the model was trained with.</source>
        <translation>数据有 {found} 个词编号，而模型需要 {wanted} 个；请将词表大小（data.text.vocabulary）设为 {wanted}，或指明模型训练时所用的分词器。</translation>
    </message>
    <message>
        <source>The data names {found} classes, the model answers {wanted}; choose the model that was trained on this data, or correct the class names (data.class_names).</source>
        <translation>数据列出 {found} 个类别，而模型输出 {wanted} 个；请选择在此数据上训练的模型，或修正类别名称（data.class_names）。</translation>
    </message>
    <message>
        <source>A test share of {test} (data.test) leaves one of the two splits empty, as there are {samples} samples; choose another share.</source>
        <translation>样本共 {samples} 个，测试比例 {test}（data.test）会使其中一部分没有样本；请选择其他比例。</translation>
    </message>
    <message>
        <source>A validation share of {validation} (data.validation) leaves one of the two splits empty, as there are {samples} training samples; choose another share.</source>
        <translation>训练样本共 {samples} 个，验证比例 {validation}（data.validation）会使其中一部分没有样本；请选择其他比例。</translation>
    </message>
    <message>
        <source>There is no recipe &quot;{path}&quot;; penjing init MODEL writes one.</source>
        <translation>没有配方“{path}”；可用 penjing init MODEL 生成。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is not valid TOML ({reason}); correct that line.</source>
        <translation>“{path}”不是有效的 TOML（{reason}）；请修正该行。</translation>
    </message>
    <message>
        <source>The recipe has schema {found}; this Penjing reads schema {wanted}.</source>
        <translation>配方的版本为 {found}；此版 Penjing 读取版本 {wanted}。</translation>
    </message>
    <message>
        <source>Unknown recipe key &quot;{key}&quot;; did you mean &quot;{nearest}&quot;?</source>
        <translation>未知的配方键“{key}”；您是否想写“{nearest}”？</translation>
    </message>
    <message>
        <source>Unknown recipe key &quot;{key}&quot;; known here: {known}.</source>
        <translation>未知的配方键“{key}”；此处可用：{known}。</translation>
    </message>
    <message>
        <source>Unknown recipe key &quot;{key}&quot;; if &quot;{layer}&quot; is a layer, quote its name: [{table}.&quot;{layer}&quot;].</source>
        <translation>未知的配方键“{key}”；如果“{layer}”是层，请给它的名称加引号：[{table}.&quot;{layer}&quot;]。</translation>
    </message>
    <message>
        <source>The recipe&apos;s {key} is not valid: {reason}.</source>
        <translation>配方中的 {key} 无效：{reason}。</translation>
    </message>
    <message>
        <source>The recipe lacks {key}; add it.</source>
        <translation>配方缺少 {key}；请补上。</translation>
    </message>
    <message>
        <source>The recipe names the layer &quot;{layer}&quot; in {table}, which the model does not have; did you mean &quot;{nearest}&quot;?</source>
        <translation>配方在 {table} 中提到层“{layer}”，但模型中没有；您是否想写“{nearest}”？</translation>
    </message>
    <message>
        <source>The recipe has neither [prune] nor [quantize]; add one of them.</source>
        <translation>配方中既没有 [prune] 也没有 [quantize]；请至少添加一个。</translation>
    </message>
    <message>
        <source>mode = &quot;aware&quot; trains, but recover.epochs is 0; set at least 1 epoch or mode = &quot;post_training&quot;.</source>
        <translation>mode = &quot;aware&quot; 需要训练，但 recover.epochs 为 0；请至少设 1 轮，或设 mode = &quot;post_training&quot;。</translation>
    </message>
    <message>
        <source>The strategy &quot;simultaneous&quot; trains masks and quantizers together; add [prune] and [quantize] with mode = &quot;aware&quot;, or choose &quot;sequential&quot;.</source>
        <translation>策略“simultaneous”同时训练掩码和量化器；请添加 [prune] 以及 mode = &quot;aware&quot; 的 [quantize]，或选择“sequential”。</translation>
    </message>
    <message>
        <source>The pattern &quot;{pattern}&quot; does not say how many of how many weights stay; write N:M with 1 ≤ N &lt; M ≤ {limit}, such as 2:4.</source>
        <translation>模式“{pattern}”没有说明多少个权重中保留多少个；请写成 N:M，且 1 ≤ N &lt; M ≤ {limit}，例如 2:4。</translation>
    </message>
    <message>
        <source>correction = &quot;{correction}&quot; solves layers anew once their channels are cut; it needs granularity = &quot;channel&quot; and strategy = &quot;sequential&quot;.</source>
        <translation>correction = &quot;{correction}&quot; 在裁剪通道后重新求解各层；需要 granularity = &quot;channel&quot; 且 strategy = &quot;sequential&quot;。</translation>
    </message>
    <message>
        <source>What &quot;{path}&quot; says of how it was pruned cannot be read ({reason}); get the file anew from where it comes from.</source>
        <translation>“{path}”中的剪枝记录无法读取（{reason}）；请从来源重新获取该文件。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; was written by a newer Penjing (form {found}; this one reads up to {wanted}); update Penjing.</source>
        <translation>“{path}”由更新版本的 Penjing 写成（格式 {found}，当前版本最高可读 {wanted}）；请更新 Penjing。</translation>
    </message>
    <message>
        <source>The weights in &quot;{path}&quot; are not those that it was written with (SHA-256 differs); get the file anew from where it comes from.</source>
        <translation>“{path}”中的权重与写入时不一致（SHA-256 不同）；请从来源重新获取该文件。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; was pruned from {described}, which no library builds; name its architecture: {loader}:Network, which was written beside it, or FILE.py:callable of the network before it was pruned.</source>
        <translation>“{path}”剪枝自 {described}，没有任何库能构建它；请指定其架构：写在它旁边的 {loader}:Network，或剪枝前网络的 FILE.py:callable。</translation>
    </message>
    <message>
        <source>The cuts in &quot;{path}&quot; do not fit {architecture} as it is built here ({reason}; written with {versions}); name the architecture {loader}:Network, which was written beside it.</source>
        <translation>“{path}”中的剪切记录与此处构建的 {architecture} 不符（{reason}；写入时版本：{versions}）；请将架构指定为写在它旁边的 {loader}:Network。</translation>
    </message>
    <message>
        <source>quantize.{setting} goes with mode = &quot;post_training&quot;: with &quot;{mode}&quot; training would undo it; set that mode, or leave it out.</source>
        <translation>quantize.{setting} 只适用于 mode = &quot;post_training&quot;：用 &quot;{mode}&quot; 时训练会抵消它；请设为该模式，或去掉此项。</translation>
    </message>
    <message>
        <source>AdaRound chooses between two neighbouring levels of method = &quot;uniform&quot;, not of &quot;{method}&quot;; take that method, or rounding = &quot;nearest&quot;.</source>
        <translation>AdaRound 在 method = &quot;uniform&quot; 的两个相邻量化值之间选择，不适用于 &quot;{method}&quot;；请改用该方法，或设 rounding = &quot;nearest&quot;。</translation>
    </message>
    <message>
        <source>sparse = &quot;{sparse}&quot; pushes channels towards zero while the network is trained before its cut; it needs granularity = &quot;channel&quot; and at least 1 epoch (recover.epochs).</source>
        <translation>sparse = &quot;{sparse}&quot; 在裁剪前的训练中把通道推向零；需要 granularity = &quot;channel&quot; 且至少 1 个轮次（recover.epochs）。</translation>
    </message>
    <message>
        <source>target_macs counts multiplications, and zeros save none; set granularity = &quot;channel&quot; (now &quot;{granularity}&quot;), or give a ratio.</source>
        <translation>target_macs 以乘法次数计，而零权重并不减少乘法；请设 granularity = &quot;channel&quot;（现为“{granularity}”），或改用 ratio。</translation>
    </message>
    <message>
        <source>objective = &quot;latency&quot; compares widths of channels over the whole model; set granularity = &quot;channel&quot; (now &quot;{granularity}&quot;) and scope = &quot;global&quot; (now &quot;{scope}&quot;).</source>
        <translation>objective = &quot;latency&quot; 在整个模型上比较通道宽度；请设 granularity = &quot;channel&quot;（现为 &quot;{granularity}&quot;）以及 scope = &quot;global&quot;（现为 &quot;{scope}&quot;）。</translation>
    </message>
    <message>
        <source>objective = &quot;latency&quot; times layers as they stand in an ONNX file; add onnx-int8 or onnx-float32 to export.formats.</source>
        <translation>objective = &quot;latency&quot; 按 ONNX 文件中的样子为各层计时；请在 export.formats 中加入 onnx-int8 或 onnx-float32。</translation>
    </message>
    <message>
        <source>target_latency is reached by measured time; set objective = &quot;latency&quot; (now &quot;{objective}&quot;), or give target_macs or a ratio.</source>
        <translation>target_latency 要靠实测耗时来达到；请设 objective = &quot;latency&quot;（现为 &quot;{objective}&quot;），或改用 target_macs 或比例。</translation>
    </message>
    <message>
        <source>target_macs and target_latency are two goals; give one of them.</source>
        <translation>target_macs 与 target_latency 是两个目标；请只给其中一个。</translation>
    </message>
    <message>
        <source>regrow lets single weights change places; set granularity = &quot;weight&quot; (now &quot;{granularity}&quot;), or regrow = 0.</source>
        <translation>regrow 让单个权重互换位置；请设 granularity = &quot;weight&quot;（现为“{granularity}”），或 regrow = 0。</translation>
    </message>
    <message>
        <source>The criterion &quot;{method}&quot; says nothing about single weights; set granularity = &quot;channel&quot; (now &quot;{granularity}&quot;), or choose another criterion.</source>
        <translation>准则“{method}”无法评价单个权重；请设置 granularity = &quot;channel&quot;（当前为“{granularity}”），或选择其他准则。</translation>
    </message>
    <message>
        <source>The criterion &quot;{method}&quot; compares parts of one layer and says nothing about whole residual blocks; choose another criterion, or another granularity than &quot;layer&quot;.</source>
        <translation>依据“{method}”只比较同一层内的各部分，无法评判整个残差块；请改用其他依据，或不要使用粒度“layer”。</translation>
    </message>
    <message>
        <source>With granularity = &quot;layer&quot; a residual block goes or stays as a whole; leave out {field} (of a layer, write skip = true), or choose granularity = &quot;channel&quot;.</source>
        <translation>粒度为 granularity = &quot;layer&quot; 时，残差块要么整体移除，要么整体保留；请去掉 {field}（要保留某一层，写 skip = true），或改用 granularity = &quot;channel&quot;。</translation>
    </message>
    <message>
        <source>The criterion &quot;{method}&quot; watches training while the removed share grows; set at least 1 epoch (recover.epochs) and a schedule other than &quot;one_shot&quot;.</source>
        <translation>准则“{method}”在剪枝比例增长期间观察训练；请至少设置 1 个训练轮次（recover.epochs），并使用 &quot;one_shot&quot; 以外的剪枝日程。</translation>
    </message>
    <message>
        <source>The format onnx-int8 needs [quantize]; add it, or remove the format.</source>
        <translation>格式 onnx-int8 需要 [quantize]；请添加，或去掉该格式。</translation>
    </message>
    <message>
        <source>The format onnx-int8 computes with rounded activations, and activation_bits = 0 rounds none; set it to 8, or remove the format.</source>
        <translation>格式 onnx-int8 以量化后的激活值计算，而 activation_bits = 0 不量化任何激活值；请设为 8，或去掉该格式。</translation>
    </message>
    <message>
        <source>With mode = &quot;dynamic&quot; files round values to 8 bits as they run; leave out activation_bits (now {found}), or choose another mode.</source>
        <translation>mode = &quot;dynamic&quot; 时，文件在运行中把数值舍入到 8 位；请去掉 activation_bits（现为 {found}），或选择其他模式。</translation>
    </message>
    <message>
        <source>The format onnx-int8 holds weights of at most 8 bits with one scale a layer or channel, and {setting} makes others; change that, or remove the format.</source>
        <translation>格式 onnx-int8 只能存放最多 8 位、每层或每通道一个缩放系数的权重，而 {setting} 产生的权重不是这样；请更改该设置，或去掉此格式。</translation>
    </message>
    <message>
        <source>mode = &quot;dynamic&quot; computes with weights of at most 8 bits and one scale a layer or channel, and {setting} makes others; change that, or set mode = &quot;post_training&quot;.</source>
        <translation>mode = &quot;dynamic&quot; 以最多 8 位、每层或每通道一个缩放系数的权重计算，而 {setting} 产生的权重不是这样；请更改该设置，或设 mode = &quot;post_training&quot;。</translation>
    </message>
    <message>
        <source>With {setting} weights alone are rounded, as no file of integers holds them; leave out activation_bits (now {found}), or set it to 0.</source>
        <translation>设置 {setting} 时只舍入权重，因为没有整数文件能存放它们；请去掉 activation_bits（现为 {found}），或设为 0。</translation>
    </message>
    <message>
        <source>Layer &quot;{layer}&quot; is given {found} bits, and layers that compute with integers have at most {limit}; set activation_bits = 0 to round weights alone, or leave the layer in float (skip = true).</source>
        <translation>层“{layer}”被指定为 {found} 位，而以整数计算的层最多 {limit} 位；请设 activation_bits = 0 只舍入权重，或让该层保持浮点（skip = true）。</translation>
    </message>
    <message>
        <source>The method &quot;{method}&quot; has {bits} bits by itself; leave out weight_bits (now {found}), or choose another method.</source>
        <translation>方法“{method}”本身就是 {bits} 位；请去掉 weight_bits（现为 {found}），或选择其他方法。</translation>
    </message>
    <message>
        <source>activation_grid = &quot;symmetric&quot; is for activations of {bits} bits whose ranges are measured before the file runs, and {setting} makes others; change one of the two.</source>
        <translation>activation_grid = &quot;symmetric&quot; 用于运行前已测得范围的 {bits} 位激活，而 {setting} 会得到别的激活；请更改其中之一。</translation>
    </message>
    <message>
        <source>The method &quot;{method}&quot; has 2 to {limit} bits; set weight_bits to one of them (now {found}).</source>
        <translation>方法“{method}”为 2 至 {limit} 位；请将 weight_bits 设为其中之一（现为 {found}）。</translation>
    </message>
    <message>
        <source>The method &quot;{method}&quot; is learned in training; set mode = &quot;aware&quot; and at least 1 epoch (recover.epochs), or choose another method.</source>
        <translation>方法“{method}”在训练中学习；请设 mode = &quot;aware&quot; 且至少 1 轮（recover.epochs），或选择其他方法。</translation>
    </message>
    <message>
        <source>The folder &quot;{path}&quot; holds a run of another recipe ({key} differs); resume with the recipe that began it.</source>
        <translation>文件夹“{path}”中是另一份配方的运行（{key} 不同）；请用开始时的配方继续。</translation>
    </message>
    <message>
        <source>--set {text} is not KEY=VALUE with a TOML value; write for example --set prune.ratio=0.5.</source>
        <translation>--set {text} 不是带 TOML 值的 KEY=VALUE；例如 --set prune.ratio=0.5。</translation>
    </message>
    <message>
        <source>threads = {value} is out of range; choose 0 (automatic) to {limit}.</source>
        <translation>threads = {value} 超出范围；请选择 0（自动）到 {limit}。</translation>
    </message>
    <message>
        <source>&quot;{text}&quot; is no shape; write the sizes of one sample without the batch, such as 3,224,224.</source>
        <translation>“{text}”不是形状；请写出单个样本的各维大小，不含批次，例如 3,224,224。</translation>
    </message>
    <message>
        <source>samples = {value} is out of range; choose a whole number from 1.</source>
        <translation>samples = {value} 超出范围；请选择从 1 开始的整数。</translation>
    </message>
    <message>
        <source>Only a full measurement of sensitivity counts samples; add --sensitivity full.</source>
        <translation>只有完整的敏感度测量才需要样本数；请加上 --sensitivity full。</translation>
    </message>
    <message>
        <source>The device &quot;{device}&quot; is not available here; use cpu.</source>
        <translation>此处没有设备“{device}”；请使用 cpu。</translation>
    </message>
    <message>
        <source>No layer of this model can be pruned by {granularity} ({reason}); choose another granularity.</source>
        <translation>此模型没有可按 {granularity} 剪枝的层（{reason}）；请选择其他粒度。</translation>
    </message>
    <message>
        <source>The criterion &quot;{method}&quot; needs a batch norm at the end of every residual block, and behind &quot;{layer}&quot; is none; choose another criterion, or leave out this layer (skip = true).</source>
        <translation>依据“{method}”要求每个残差块末尾都有批归一化，而“{layer}”之后没有；请改用其他依据，或保留该层（skip = true）。</translation>
    </message>
    <message>
        <source>No layer of this model can be quantized ({reason}).</source>
        <translation>此模型没有可量化的层（{reason}）。</translation>
    </message>
    <message>
        <source>There is no export format &quot;{name}&quot;; choose one of: {known}.</source>
        <translation>没有导出格式“{name}”；请选择：{known}。</translation>
    </message>
    <message>
        <source>No window can be opened here ({reason}); use the terminal commands, see penjing --help.</source>
        <translation>此处无法打开窗口（{reason}）；请使用终端命令，参见 penjing --help。</translation>
    </message>
    <message>
        <source>There is no command or file &quot;{text}&quot;; see penjing --help.</source>
        <translation>没有名为“{text}”的命令或文件；参见 penjing --help。</translation>
    </message>
    <message>
        <source>The engine is busy with another job; wait for it or cancel it.</source>
        <translation>引擎正忙于另一任务；请等待或取消它。</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <source>The network cannot be trained on one sample at a time ({reason}); raise data.batch_size (now {batch_size}), or give more training samples.</source>
        <translation>网络不能每次只用一个样本训练（{reason}）；请调大 data.batch_size（现为 {batch_size}），或提供更多训练样本。</translation>
    </message>
    <message>
        <source>The loss became {value} at step {step}; lower recover.learning_rate (now {learning_rate}).</source>
        <translation>损失在第 {step} 步变为 {value}；请降低 recover.learning_rate（现为 {learning_rate}）。</translation>
    </message>
    <message>
        <source>After the cut the model answers {found} instead of {wanted}: the cut was not made. Please report layer &quot;{layer}&quot;.</source>
        <translation>裁剪后模型输出 {found}，而不是 {wanted}：已放弃此次裁剪。请报告层“{layer}”。</translation>
    </message>
    <message>
        <source>The machine has not enough memory for this job ({reason}); lower data.batch_size.</source>
        <translation>内存不足，无法完成此任务（{reason}）；请减小 data.batch_size。</translation>
    </message>
    <message>
        <source>The engine&apos;s process ended unexpectedly (status {status}); see {log}. Resume goes on from the last checkpoint.</source>
        <translation>引擎进程意外结束（状态 {status}）；参见 {log}。可从最近的检查点继续。</translation>
    </message>
    <message>
        <source>The engine did not answer within {seconds} s and was ended; resume goes on from the last checkpoint.</source>
        <translation>引擎在 {seconds} 秒内没有响应，已被结束；可从最近的检查点继续。</translation>
    </message>
    <message>
        <source>Something unforeseen happened: {reason}. The log has the details.</source>
        <translation>发生了意外错误：{reason}。详情见日志。</translation>
    </message>
    <message>
        <source>The engine could not read a request ({reason}).</source>
        <translation>引擎无法读取请求（{reason}）。</translation>
    </message>
    <message>
        <source>The run failed: {reason}</source>
        <translation>运行失败：{reason}</translation>
    </message>
    <message>
        <source>The run in &quot;{path}&quot; was interrupted; resume it.</source>
        <translation>“{path}”中的运行被中断；请继续它。</translation>
    </message>
    <message>
        <source>The model cannot be written as {format} ({reason}).</source>
        <translation>无法将模型写为 {format}（{reason}）。</translation>
    </message>
    <message>
        <source>There is no artifact &quot;{path}&quot;; export it again.</source>
        <translation>没有导出文件“{path}”；请重新导出。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be opened in {runtime} ({reason}); export it again.</source>
        <translation>无法在 {runtime} 中打开“{path}”（{reason}）；请重新导出。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; was written but failed its verification: {why}</source>
        <translation>“{path}”已写入，但未通过验证：{why}</translation>
    </message>
    <message>
        <source>The run in &quot;{path}&quot; has no checkpoint to go on from; start it again.</source>
        <translation>“{path}”中的运行没有可继续的检查点；请重新开始。</translation>
    </message>
    <message>
        <source>The checkpoint &quot;{path}&quot; is damaged and was skipped.</source>
        <translation>检查点“{path}”已损坏，已跳过。</translation>
    </message>
    <message>
        <source>The model file &quot;{path}&quot; is not the one this run began with (SHA-256 differs); put the old file back, or start a new run.</source>
        <translation>模型文件“{path}”不是此次运行开始时的文件（SHA-256 不同）；请放回原文件，或开始新的运行。</translation>
    </message>
    <message>
        <source>the network that it belongs to is not known</source>
        <translation>它所属的网络结构未知</translation>
    </message>
    <message>
        <source>it makes the model&apos;s output</source>
        <translation>它产生模型的输出</translation>
    </message>
    <message>
        <source>its channels reach &quot;{operation}&quot;, which the cut does not understand</source>
        <translation>它的通道流入裁剪无法理解的操作“{operation}”</translation>
    </message>
    <message>
        <source>{kind} has a projection, begins at a state of its own, or answers in a way that the cut does not understand</source>
        <translation>{kind} 带有投影、从自己的初始状态开始，或其输出的用法剪切无法理解</translation>
    </message>
    <message>
        <source>the granularity &quot;{granularity}&quot; removes nothing of its kind</source>
        <translation>粒度“{granularity}”不删这一类</translation>
    </message>
    <message>
        <source>the model could not be traced ({reason})</source>
        <translation>无法追踪模型（{reason}）</translation>
    </message>
    <message>
        <source>layers of type {kind} have no channels to cut</source>
        <translation>{kind} 类型的层没有可裁剪的通道</translation>
    </message>
    <message>
        <source>it is computed inside {kind} as one piece</source>
        <translation>它在 {kind} 内部作为整体计算</translation>
    </message>
    <message>
        <source>its input comes straight from the data</source>
        <translation>它的输入直接来自数据</translation>
    </message>
    <message>
        <source>the channels of its input are fixed</source>
        <translation>它的输入通道是固定的</translation>
    </message>
    <message>
        <source>it went with its residual block</source>
        <translation>它随所在的残差块一同移除</translation>
    </message>
    <message>
        <source>the recipe skips it</source>
        <translation>配方跳过了它</translation>
    </message>
    <message>
        <source>in integers it takes {integers} ms, in floats {floats} ms</source>
        <translation>整数需 {integers} 毫秒，浮点需 {floats} 毫秒</translation>
    </message>
    <message>
        <source>layers of type {kind} stay float</source>
        <translation>{kind} 类型的层保持浮点</translation>
    </message>
    <message>
        <source>the traced model does not call it</source>
        <translation>追踪到的模型没有调用它</translation>
    </message>
    <message>
        <source>it is called {calls} times with different ranges</source>
        <translation>它以不同的范围被调用了 {calls} 次</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is no Penjing archive, or it is damaged; copy or export it again.</source>
        <translation>“{path}”不是 Penjing 的压缩档案，或者已损坏；请重新复制或导出。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is an archive of version {version}, which this Penjing cannot read; update Penjing.</source>
        <translation>“{path}”是第 {version} 版的压缩档案，当前的 Penjing 无法读取；请更新 Penjing。</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; would take more than {limit} of memory; open it where there is more.</source>
        <translation>“{path}”需要超过 {limit} 的内存；请在内存更大的机器上打开。</translation>
    </message>
    <message>
        <source>opened, re-run and equal within the limits</source>
        <translation>已打开、重新运行，且在允许误差内一致</translation>
    </message>
    <message>
        <source>agreement {found} is below {limit}</source>
        <translation>一致率 {found} 低于 {limit}</translation>
    </message>
    <message>
        <source>largest difference {found} is above {limit}</source>
        <translation>最大偏差 {found} 高于 {limit}</translation>
    </message>
    <message>
        <source>its tensor &quot;{name}&quot; is not the one that the network computed with</source>
        <translation>张量“{name}”与网络计算时所用的不一致</translation>
    </message>
    <message>
        <source>only {found} of {planned} planned integer operators run in integers</source>
        <translation>计划的 {planned} 个整数算子中只有 {found} 个以整数运行</translation>
    </message>
    <message>
        <source>the file is not the one that was verified (SHA-256 differs)</source>
        <translation>该文件不是当初验证的文件（SHA-256 不同）</translation>
    </message>
    <message>
        <source>its accuracy is {found} and was {wanted}</source>
        <translation>它的准确率为 {found}，原为 {wanted}</translation>
    </message>
    <message>
        <source>Kept the epoch with the best validation accuracy ({accuracy}).</source>
        <translation>已保留验证准确率最高的一轮（{accuracy}）。</translation>
    </message>
    <message>
        <source>Cannot be pruned ({count}): {names}</source>
        <translation>无法剪枝（{count}）：{names}</translation>
    </message>
    <message>
        <source>No two layers could be equalized: none follow each other with only ReLU, pools and batch norms between.</source>
        <translation>没有可以均衡的两层：没有任何两层之间只隔着 ReLU、池化和批归一化。</translation>
    </message>
    <message>
        <source>Not corrected, as they have no bias: {names}</source>
        <translation>没有偏置，因此未校正：{names}</translation>
    </message>
    <message>
        <source>&quot;{path}&quot; was measured with {count} values between layers rounded; opened as a model it has its rounded weights, and those values as floats: quantize it again for the same answers.</source>
        <translation>“{path}”在测量时有 {count} 个层间数值经过舍入；作为模型打开后，权重仍是舍入过的，而这些数值是浮点数：要得到相同的结果，请再次量化。</translation>
    </message>
    <message>
        <source>The bits of the rounded weights are {wanted} bytes, and these files hold them as floats: {files}; the archive holds the bits alone.</source>
        <translation>舍入后的权重按位数计为 {wanted} 字节，而以下文件以浮点数存放它们：{files}；归档只存放这些位。</translation>
    </message>
    <message>
        <source>Channels were chosen by measured time ({format}): {before} ms unpruned, {after} ms now, {found}× faster; {foretold}× was foretold.</source>
        <translation>通道按实测耗时选取（{format}）：剪枝前 {before} 毫秒，现在 {after} 毫秒，快 {found} 倍；预计为 {foretold} 倍。</translation>
    </message>
    <message>
        <source>What was foretold from the times of single layers ({foretold}× faster) is far from what was measured ({found}×); other programs may have taken the processor in between.</source>
        <translation>由单层耗时预计的加速（{foretold} 倍）与实测（{found} 倍）相差很大；期间处理器可能被其他程序占用。</translation>
    </message>
    <message>
        <source>Not corrected by least squares, as more than {limit} inputs make one output: {names}</source>
        <translation>未用最小二乘校正，因为一个输出由超过 {limit} 个输入得出：{names}</translation>
    </message>
    <message>
        <source>it lies in no branch that is added to its own input, x + f(x)</source>
        <translation>它不在与自身输入相加的分支 x + f(x) 中</translation>
    </message>
    <message>
        <source>its input has {rank} dimensions; 2 and more can run in integers</source>
        <translation>它的输入有 {rank} 维；2 维及以上才能以整数运行</translation>
    </message>
    <message>
        <source>layers of type {kind} stay float where ranges are measured as the file runs</source>
        <translation>在文件运行时测量范围的情况下，{kind} 类型的层保持浮点</translation>
    </message>
    <message>
        <source>it is called in a way of {kind} that has no operator of integers</source>
        <translation>{kind} 的这种调用方式没有整数算子</translation>
    </message>
    <message>
        <source>The file holds {count} tensors beside the network, which were left out: {names}.</source>
        <translation>文件中还有 {count} 个不属于网络的张量，已略去：{names}。</translation>
    </message>
    <message>
        <source>Single zeros make no dense file smaller or faster; prune channels for that.</source>
        <translation>零散的零不会使稠密文件更小或更快；如需如此，请按通道剪枝。</translation>
    </message>
    <message>
        <source>The nearest that could be cut is {found}× fewer multiplications, not {wanted}×.</source>
        <translation>最接近的裁剪结果是乘法次数减少到 1/{found}，而不是 1/{wanted}。</translation>
    </message>
    <message>
        <source>The network became {found}× faster, not {wanted}×; set a higher target_latency, or retry on a quiet machine.</source>
        <translation>网络加速了 {found} 倍，而不是 {wanted} 倍；请提高 target_latency，或在空闲的机器上重试。</translation>
    </message>
    <message>
        <source>The pattern {pattern} says by itself how much goes; prune.ratio is not looked at.</source>
        <translation>模式 {pattern} 本身已决定移除多少；不再使用 prune.ratio。</translation>
    </message>
    <message>
        <source>Between layers of integers these compute in floats: {names}</source>
        <translation>整数层之间以下运算仍为浮点：{names}</translation>
    </message>
    <message>
        <source>Integers in the file and floats when it runs, as ONNX Runtime has no such layers of integers: {names}</source>
        <translation>文件中是整数、运行时为浮点（ONNX Runtime 没有这类整数层）：{names}</translation>
    </message>
    <message>
        <source>{format} is not smaller than the original&apos;s float32 file; it was written all the same.</source>
        <translation>{format} 不比原模型的 float32 文件小；仍已写入。</translation>
    </message>
    <message>
        <source>{format} is not smaller than the original&apos;s float32 ONNX file; it was written all the same.</source>
        <translation>{format} 不比原模型的 float32 ONNX 文件小；仍已写入。</translation>
    </message>
    <message>
        <source>{format} is slower than the original&apos;s float32 file here ({ratio}×).</source>
        <translation>在这里 {format} 比原模型的 float32 文件慢（{ratio}×）。</translation>
    </message>
    <message>
        <source>onnx-int4: {count} Linear layers hold {share} of all weights in 4 bits; everything else stays in float32.</source>
        <translation>onnx-int4：{count} 个 Linear 层以 4 位保存全部权重的 {share}；其余保持 float32。</translation>
    </message>
    <message>
        <source>Activations are rounded around zero, as TensorRT wants them; ONNX Runtime computes {count} layers of this file in floats, so that its latency here is not the device&apos;s.</source>
        <translation>激活按 TensorRT 的要求围绕零舍入；ONNX Runtime 以浮点计算此文件的 {count} 个层，因此这里的延迟不代表设备上的延迟。</translation>
    </message>
    <message>
        <source>This network amplifies rounding: integers and their simulation in floats agree on {share} of the test split only.</source>
        <translation>此网络会放大舍入误差：整数计算与其浮点模拟仅在测试集的 {share} 上一致。</translation>
    </message>
    <message>
        <source>The int8 file is slower than the float32 one here ({ratio}×).</source>
        <translation>在这台机器上 int8 文件比 float32 文件慢（{ratio}×）。</translation>
    </message>
    <message>
        <source>{reason}; see {command} --help.</source>
        <translation>{reason}；参见 {command} --help。</translation>
    </message>
    <message>
        <source>There is already a file &quot;{path}&quot;; choose another name with -o.</source>
        <translation>文件“{path}”已存在；请用 -o 指定其他名称。</translation>
    </message>
    <message>
        <source>--resume needs the folder of the run that is to go on; add --out DIR.</source>
        <translation>--resume 需要要继续的运行所在的文件夹；请加上 --out DIR。</translation>
    </message>
    <message>
        <source>Wrote &quot;{path}&quot;; look it over, then type: penjing run {argument}</source>
        <translation>已写入“{path}”；检查后输入：penjing run {argument}</translation>
    </message>
    <message>
        <source>Cancelling in order, keeping the best so far; press Ctrl-C again to stop at once.</source>
        <translation>正在有序取消，并保留目前最好的结果；再按一次 Ctrl-C 立即停止。</translation>
    </message>
    <message>
        <source>Cancelled; the best result so far is kept in &quot;{path}&quot;.</source>
        <translation>已取消；目前最好的结果保留在“{path}”中。</translation>
    </message>
    <message>
        <source>Install Python 3.11 or newer and make a new environment.</source>
        <translation>请安装 Python 3.11 或更新版本，并新建环境。</translation>
    </message>
    <message>
        <source>Type: {command}</source>
        <translation>请输入：{command}</translation>
    </message>
    <message>
        <source>Only {use} want it. Type: {command}</source>
        <translation>只有 {use} 需要它。请输入：{command}</translation>
    </message>
    <message>
        <source>PyTorch does not load ({reason}); type: pip install --force-reinstall torch torchvision</source>
        <translation>无法加载 PyTorch（{reason}）；请输入：pip install --force-reinstall torch torchvision</translation>
    </message>
    <message>
        <source>This processor has no int8 instructions (VNNI); int8 files are still smaller, but gain less speed here.</source>
        <translation>此处理器没有 int8 指令（VNNI）；int8 文件仍会更小，但在这里提速较少。</translation>
    </message>
    <message>
        <source>PyTorch finds no graphics card here; the processor does the work.</source>
        <translation>PyTorch 在这里没有找到显卡；由处理器完成计算。</translation>
    </message>
    <message>
        <source>Only the window needs it. On Debian or Ubuntu, as root, type: make system</source>
        <translation>只有窗口需要它。在 Debian 或 Ubuntu 上以 root 输入：make system</translation>
    </message>
    <message>
        <source>Only the window in 中文 needs it. On Debian or Ubuntu, as root, type: apt-get install fonts-noto-cjk</source>
        <translation>只有中文窗口需要它。在 Debian 或 Ubuntu 上以 root 输入：apt-get install fonts-noto-cjk</translation>
    </message>
    <message>
        <source>New runs cannot be written to &quot;{path}&quot;; set PENJING_RUNS to another folder.</source>
        <translation>无法向“{path}”写入新的运行；请将 PENJING_RUNS 设为其他文件夹。</translation>
    </message>
</context>
</TS>
